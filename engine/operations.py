"""Operations: the Python functions that a service task may name.

    @operation("sales.promote_lead")
    def promote_lead(context: Context, *, lead_id: int) -> str: ...

An operation is thin and idempotent: it calls services, inside the transaction and a savepoint of
the step that met the service task. What it returns (JSON values, Decimal, date, datetime) goes to
the task's result variable. It raises `BusinessError` for what the diagram may handle by an error
boundary; anything else rolls the step back.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.assignment import Term
from engine.notices import Notice, mails_to
from engine.organisation import Answers
from engine.outbox import Mail
from engine.registry import Registry
from engine.spiff.types import CallSite, Tally
from engine.variables import last_value
from engine.votes import Asked, asked_in


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision that set this step off."""

    task: int  # primary key of the human task
    activity: str
    user: int
    on_behalf_of: int | None
    code: str
    opinion: str
    data: Mapping[str, Any]
    asked: Sequence[Asked] = ()  # of an activity with several tasks: see `Context.asked_in`


@dataclass(slots=True)
class Context:
    """What an operation knows of the case it runs for, and what it may add to it."""

    instance: int
    business_key: str
    starter: int | None
    actor: int | None  # who set the step off; None: a timer
    now: datetime
    decided: Decided | None
    site: CallSite
    card: Mapping[str, Any]  # subject, party, amount, queue: as before this step
    people: Answers  # asked once a transaction
    notes: list[dict[str, Any]] = field(default_factory=list)
    mails: list[Mail | Notice] = field(default_factory=list)
    candidates: list[tuple[str, Term]] = field(default_factory=list)
    copies: set[int] = field(default_factory=set)
    new_card: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Names this effect for ever: the same for every retry of this visit, another for every
        other visit."""
        return f"{self.instance}:{self.site.task_id}"

    @property
    def tally(self) -> Tally | None:
        """Result of the multi-instance that last closed in this scope."""
        return self.site.tally

    def asked_in(self, activity: str) -> Sequence[Asked]:
        """Who was asked in an activity and what they decided, in the order of the decisions, open
        tasks last. The decision of this step is not among them: see `decided`."""
        decided = self.decided
        if decided is not None and decided.activity == activity and decided.asked:
            return decided.asked
        return asked_in(self.instance, activity)

    def last_value(self, name: str, *, reset_by: str = "") -> Any:
        """What a variable of the top process was last set to, as JSON has it; None where it never
        was, or where the variable `reset_by` was set after it. What this step sets is not among
        it."""
        return last_value(self.instance, name, reset_by=reset_by)

    def note(self, text: str, **data: Any) -> None:
        """Say something in the trail. `text` is a message id (`gettext_noop`), `data` fills its
        placeholders: everybody reads it in their own language."""
        self.notes.append({"text": text, **data})

    def show(self, **card: Any) -> None:
        """What inboxes show of the case from now on: subject, party, amount, queue; tasks that are
        open already keep what they show."""
        self.new_card |= card

    def mail(self, mail: Mail) -> None:
        """Send a mail after the step has been committed."""
        self.mails.append(mail)

    def tell(
        self, users: Collection[int], *, subject: str, text: str, values: Mapping[str, object]
    ) -> None:
        """Mail colleagues, each in their language (see `engine.notices`), once for this effect."""
        self.mails += mails_to(users, key=self.key, subject=subject, text=text, values=values)

    def copy(self, users: Collection[int]) -> None:
        """Show the case to colleagues who need not decide it (抄送)."""
        self.copies.update(users)

    def add_candidate(self, task_id: str, term: Term) -> None:
        """Ask whoever `term` (engine.assignment) names as well for an open task of this scope
        (`site.open_tasks`): the same task, one vote."""
        self.candidates.append((task_id, term))


Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """A registered function and the parameters a diagram may give it."""

    name: str
    function: Function
    required: frozenset[str]
    optional: frozenset[str]

    @property
    def parameters(self) -> frozenset[str]:
        return self.required | self.optional


registry: Registry[Operation] = Registry("operation")


def operation(name: str) -> Callable[[Function], Function]:
    """Register a function under the name that diagrams use. All parameters but the context are
    keyword-only."""

    def register(function: Function) -> Function:
        registry.add(name, describe(name, function))
        return function

    return register


def describe(name: str, function: Function) -> Operation:
    """The operation that `function` makes; raises TypeError where its signature is not an
    operation's."""
    first, *rest = inspect.signature(function).parameters.values()
    if first.kind is not first.POSITIONAL_OR_KEYWORD or any(
        p.kind is not p.KEYWORD_ONLY for p in rest
    ):
        raise TypeError(f"operation {name}: (context, *, parameters…) is expected")
    required = frozenset(p.name for p in rest if p.default is p.empty)
    return Operation(name, function, required, frozenset(p.name for p in rest) - required)
