"""One step while it runs: what the specs may ask, and what they leave for the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from engine.exceptions import EngineError, LimitExceeded
from engine.spiff.expressions import FUNCTIONS, evaluate
from engine.spiff.site import Site
from engine.spiff.timers import WorkingCycle
from engine.spiff.tree import READY, EngineTask, Identities, Scope
from engine.spiff.types import Change, Host, Tally, Thrown
from engine.spiff.values import copied, normalized
from engine.working_time import parse_duration

if TYPE_CHECKING:
    from engine.spiff.tree import Instance

MAX_STEPS: Final = 1000
"""Most automatic steps of one transaction."""
MAX_TASKS: Final = 20_000
"""Most tasks that the state of an instance may hold."""
MAX_SCOPES: Final = 16
"""Deepest nesting of subprocesses and calls."""


class Run:
    """The context of a step, reached by every task through its instance."""

    instance: Instance

    def __init__(self, host: Host, sequence: int = 0) -> None:
        self.host = host
        self.sequence = sequence
        self.identities = Identities()
        self.steps = 0
        self.tasks = 0
        self.visits: dict[str, EngineTask] = {}
        self.new: set[str] = set()
        self.failed: set[str] = set()
        self.ready: list[EngineTask] = []
        self.ends: list[str] = []
        self.thrown: list[Thrown] = []
        self.changes: list[Change] = []
        self.tally: Tally | None = None
        self.functions = {
            **FUNCTIONS,
            "working": self._working,
            "calendar": self._calendar,
            "every_working": self._every_working,
        }

    # --- bookkeeping of the tree
    def tick(self) -> int:
        self.sequence += 1
        return self.sequence

    def internal_id(self) -> str:
        """Id of a task that nobody outside ever sees; unique within the instance."""
        self.sequence += 1
        return f"~{self.sequence}"

    def created(self, task: EngineTask) -> None:
        self.tasks += 1
        if self.tasks > MAX_TASKS:
            raise LimitExceeded(
                _("An instance may hold %(limit)s tasks.") % {"limit": MAX_TASKS},
                process=task.task_spec.process_key,
                element=task.task_spec.bpmn_id,
            )
        if task.task_spec.visible:
            identity = task.id
            self.visits[identity] = task
            self.new.add(identity)

    def touched(self, task: EngineTask, state: int) -> None:
        if task.task_spec.visible:
            self.visits[task.id] = task
        if state == READY and not task.task_spec.manual:
            self.ready.append(task)

    def entered(self, scope: Scope) -> None:
        if scope.depth > MAX_SCOPES:
            raise LimitExceeded(
                _("Calls and subprocesses may be nested %(limit)s deep.") % {"limit": MAX_SCOPES},
                process=scope.spec.name,
            )

    def count_step(self, task: EngineTask) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise LimitExceeded(
                _("More than %(limit)s automatic steps in a row.") % {"limit": MAX_STEPS},
                process=task.task_spec.process_key,
                element=task.task_spec.bpmn_id,
            )

    def reached_end(self, task: EngineTask) -> None:
        if task.workflow is self.instance:
            self.ends.append(task.task_spec.bpmn_id)

    # --- what specs ask
    def evaluate(self, task: EngineTask, source: str, more: Mapping[str, Any] | None = None) -> Any:
        names = {**task.data, **more} if more else task.data
        try:
            return evaluate(source, names, self.functions)
        except EngineError as error:
            locate(error, task)
            raise

    @contextmanager
    def located(self, task: EngineTask) -> Iterator[None]:
        """Errors within say at which element they happened."""
        try:
            yield
        except EngineError as error:
            locate(error, task)
            raise

    def call(self, task: EngineTask, operation: str, parameters: Mapping[str, Any]) -> Any:
        return self.host.call(operation, copied(parameters), Site(task))

    def set_variable(self, task: EngineTask, name: str, value: Any) -> None:
        """Give a variable a value from outside, in the data of `task`."""
        self.pass_on(task, name, normalized(value))

    def pass_on(self, task: EngineTask, name: str, value: Any) -> None:
        """Give a variable a value that a variable already has, and note the change."""
        task.data[name] = value
        spec = task.task_spec
        scope = task.workflow.scope_id
        self.changes.append(Change(scope, spec.process_key, spec.bpmn_id or "", name, value))

    def _working(self, duration: str) -> str:
        return self.host.working(_duration_text(duration)).isoformat()

    def _calendar(self, duration: str) -> str:
        return (self.host.now() + parse_duration(_duration_text(duration))).isoformat()

    def _every_working(self, duration: str) -> str:
        return WorkingCycle(self.host.working(_duration_text(duration)), duration)

    # --- the loop
    def until_waiting(self) -> None:
        """Run automatic tasks until nothing moves: innermost scopes first, within one from top to
        bottom of the tree."""
        while self.ready:
            self._run_batch()

    def _run_batch(self) -> None:
        batch = [task for task in self.ready if task._state == READY]
        if len(batch) > 1:
            scope = max((task.workflow for task in batch), key=lambda scope: scope.depth)
            self.ready = [task for task in batch if task.workflow is not scope]
            batch = [task for task in batch if task.workflow is scope]
            batch.sort(key=EngineTask.position)
        else:
            self.ready = []
        for task in batch:
            if task._state == READY:  # an earlier one of the batch may have cancelled it
                if task.task_spec.visible:
                    self.count_step(task)
                task.run()


def _duration_text(duration: Any) -> str:
    if not isinstance(duration, str):
        raise TypeError(_("a duration is needed as ISO 8601 text"))
    return duration


def locate(error: EngineError, task: EngineTask) -> None:
    """Say at which element an error happened, unless it knows better."""
    error.data.setdefault("process", task.task_spec.process_key)
    error.data.setdefault("element", task.task_spec.bpmn_id)
