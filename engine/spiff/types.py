"""What goes into a step and what comes out: plain data, no database, no SpiffWorkflow.

`engine.spiff` is a pure function from (definition, state, act) to a `Step`. The rest of the engine
locks, loads, calls it and writes the `Step` in one database call. The only way out during a step is
the `Host`: it runs operations and tells time.

Ids of tasks are strings (uuid4 with dashes) made here; they are the keys of human tasks, timers and
subscriptions. An element is named by the pair (process key, element id): called processes have ids
of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

Variables = dict[str, Any]


# --- acts: what may happen to an instance ---------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Start:
    """Begin: `variables` become the data of the start event."""

    variables: Variables


@dataclass(frozen=True, slots=True)
class Complete:
    """A person is done with a human task.

    `decision` lands in the variable ``decision`` and, in a multi-instance, in its output item.
    `variables` are the process variables that the task's property ``variables`` admits (the caller
    has filtered them).
    """

    task_id: str
    decision: str = ""
    variables: Variables = field(default_factory=dict)
    hold: bool = False  # added approvers still wait for their turn: mode any doesn't close by a yes


@dataclass(frozen=True, slots=True)
class Fire:
    """Timers that are due; they fire by this act only, one after the other. Those that no longer
    wait, or are not due at the host's time, are passed over."""

    task_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class Deliver:
    """A message for the one task that waits for it (by its subscription). Raises `NothingCaught` if
    it no longer does."""

    task_id: str
    name: str
    payload: Any = None


@dataclass(frozen=True, slots=True)
class AddChild:
    """One more child of the parallel multi-instance that `task_id` (an open child) belongs to.

    The caller keeps a child that waits for another one out of the inboxes, and says so by
    `Complete.hold`.
    """

    task_id: str
    item: Any


@dataclass(frozen=True, slots=True)
class Reset:
    """Back to an earlier human task whose scope is still open, from the open one `sender`."""

    task_id: str
    sender: str | None = None


@dataclass(frozen=True, slots=True)
class Reschedule:
    """Move a waiting timer: SLA pause (a far date), resume, re-arming."""

    task_id: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class SetVariables:
    """An administrator mends data: in the live tasks of the scope `task_id` stands in, or of the
    whole process if empty."""

    variables: Variables
    task_id: str = ""


Act = Start | Complete | Fire | Deliver | AddChild | Reset | Reschedule | SetVariables


# --- the step: everything that happened -----------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Visit:
    """One visit to a node. `flow` is the sequence flow taken to it ('' for a start, a boundary or a
    child of a multi-instance). `began` tells whether the visit began in this step; `state` what it
    is after the step. A visit that began and ended in the step appears once, with began=True; one
    that was active before appears when it ends."""

    task_id: str
    process: str
    element: str
    scope: str  # task id of the subprocess / call activity it is in; '' at the top
    flow: str
    began: bool
    state: str  # 'active' | 'completed' | 'cancelled' | 'failed' (left through its error boundary)


@dataclass(frozen=True, slots=True)
class OpenedTask:
    """A human task that became ready. Expressions of its properties are evaluated in its own
    data."""

    task_id: str
    process: str
    element: str
    scope: str
    activity: str  # of a multi-instance: the id shared by all children; else task_id
    index: int | None  # position within the multi-instance
    assignee: Any  # value of property `assignee`, or None
    candidates: Any  # value of property `candidates`, or None
    groups: tuple[str, ...]  # property `candidateGroups`
    item: Any  # the input item of a multi-instance child, or None
    variables: Variables  # what the task sees (read-only)


@dataclass(frozen=True, slots=True)
class ClosedTask:
    task_id: str
    state: str  # 'completed' | 'superseded' by its activity's tally | 'cancelled'


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer that waits. `cycle` is true where it repeats."""

    task_id: str
    process: str
    element: str
    due_at: datetime
    cycle: bool


@dataclass(frozen=True, slots=True)
class Subscription:
    task_id: str
    process: str
    element: str
    name: str
    key: str  # correlation key as text


@dataclass(frozen=True, slots=True)
class Thrown:
    """A message thrown by an end or intermediate event; delivered later, in a transaction of its
    own."""

    process: str
    element: str
    name: str
    key: str  # '' where the throw event names no correlation key
    payload: Any
    optional: bool  # property `optional`: nobody waiting is no incident


@dataclass(frozen=True, slots=True)
class Change:
    """A variable got a value. `scope` as in Visit."""

    scope: str
    process: str
    element: str  # where it was set
    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Tally:
    """What the engine counted for a multi-instance that this act closed."""

    activity: str
    kind: str  # 'yes' | 'no' | 'stop'
    code: str  # the decision that closed it
    yes: int
    no: int
    of: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How an open multi-instance is counted, and how it stands: `yes` have agreed of `of`."""

    mode: str  # 'all' | 'any' | 'percent'
    threshold: float  # the share of mode percent
    yes: int
    of: int


@dataclass(slots=True)
class Step:
    """Result of one act. `state` is None when the process has ended: nothing is left to
    remember."""

    state: bytes | None
    ended: bool
    end_events: tuple[str, ...] = ()  # ids of end events of the top process reached in this step
    variables: Variables = field(default_factory=dict)  # of the top process
    changes: list[Change] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    opened: list[OpenedTask] = field(default_factory=list)
    closed: list[ClosedTask] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)  # new, or moved to another time
    timers_gone: list[str] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)  # new
    subscriptions_gone: list[str] = field(default_factory=list)
    thrown: list[Thrown] = field(default_factory=list)
    tally: Tally | None = None


# --- the host: the only way out -------------------------------------------------------------------
class CallSite(Protocol):
    """Where an operation is called from, and what it may do to the running instance beside
    returning a value."""

    @property
    def task_id(self) -> str:
        """With the instance the unique key of the effect (instance, activity, attempt)."""

    @property
    def process(self) -> str: ...
    @property
    def element(self) -> str: ...
    @property
    def scope(self) -> str: ...
    @property
    def has_error_boundary(self) -> bool: ...
    def catches(self, code: str) -> bool:
        """Whether an error event catches a business error of that code."""

    @property
    def tally(self) -> Tally | None:
        """Result of the multi-instance last closed in this scope, kept until the next one of the
        scope closes."""

    def timers(self) -> Sequence[Timer]:
        """All timers that wait, of the whole instance."""

    def open_tasks(self) -> Sequence[tuple[str, str]]:
        """(task id, activity id) of the human tasks open in this scope."""

    def reschedule(self, task_id: str, due_at: datetime) -> None: ...


class Host(Protocol):
    def call(self, operation: str, parameters: Mapping[str, Any], site: CallSite) -> Any:
        """Run an operation. An `engine.exceptions.BusinessError` goes to the nearest error event
        that catches its code: at the service task, else at the subprocess or call around it. Any
        other exception, and a business error that nothing catches, leaves `advance` and undoes the
        step."""

    def fires(self, timer: Timer) -> None:
        """A timer fires now; told before anything that follows from it."""

    def now(self) -> datetime:
        """The present, aware, constant during a step."""

    def working(self, duration: str) -> datetime:
        """`now` plus an ISO 8601 duration of working time (P1D = one working day of 7.5 h)."""
