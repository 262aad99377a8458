"""SpiffWorkflow's task tree and workflow, as the engine runs them.

What differs from the library, and why:

- Children are made when a task completes, not predicted ahead: half of the library's time goes into
  branches that are thrown away again, and a predicted branch can't hold a multi-instance
  ("non-predicted child").
- Tasks hold their parent and children themselves. The library walks the tree with an iterator that
  stops at depth 1000 (a loop is then "completed" while a task is ready) and climbs it recursively;
  here every walk is a loop over a dict.
- Order of events is a counter kept with the state, not the clock.
- What became ready is queued by the state change itself, so nothing is searched.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.spiff.types import Variables

if TYPE_CHECKING:
    from engine.spiff.process import CompiledProcess
    from engine.spiff.run import Run
    from engine.spiff.specs import ElementSpec

FUTURE: Final = TaskState.FUTURE
WAITING: Final = TaskState.WAITING
READY: Final = TaskState.READY
STARTED: Final = TaskState.STARTED
COMPLETED: Final = TaskState.COMPLETED
CANCELLED: Final = TaskState.CANCELLED
UNFINISHED: Final = TaskState.NOT_FINISHED_MASK
LIVE: Final = WAITING | READY | STARTED


class Identities:
    """Random UUIDs (version 4) as text: UUID objects cost a hash of their own at every look-up."""

    _ROUND: Final = 16  # asking the system for chance costs more than the rest

    def __init__(self) -> None:
        self._chance = ""

    def new(self) -> str:
        if not self._chance:
            self._chance = os.urandom(16 * self._ROUND).hex()
        text, self._chance = self._chance[:32], self._chance[32:]
        variant = "89ab"[int(text[16], 16) & 3]
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"


class EngineTask(Task):
    """One visit to a node, in the tree of a scope."""

    id: str
    up: EngineTask | None
    down: list[EngineTask]
    workflow: Scope
    task_spec: ElementSpec
    data: Variables
    internal_data: dict[str, Any]

    def __init__(
        self, workflow: Scope, task_spec: ElementSpec, parent: EngineTask | None = None
    ) -> None:
        # not the library's: that one reads the clock and asks for a UUID
        run = workflow.top_workflow.run
        self.id = run.identities.new() if task_spec.visible else run.internal_id()
        self.workflow = workflow
        self.task_spec = task_spec
        self.up = parent
        self.down = []
        self.data = {}
        self.internal_data = {}
        self.triggered = False  # True of the children of a multi-instance
        self.last_state_change = run.tick()
        self._state = FUTURE
        workflow.tasks[self.id] = self
        if parent is not None:
            parent.down.append(self)
        run.created(self)

    @property
    def finished(self) -> bool:
        return not self._state & UNFINISHED

    def _set_state(self, value: int) -> None:
        if value != self._state:
            self._state = value
            run = self.workflow.top_workflow.run
            self.last_state_change = run.tick()
            run.touched(self, value)

    def _inherit_data(self) -> None:
        if self.up is not None:
            self.data = {**self.data, **self.up.data} if self.data else self.up.data.copy()

    def _add_child(self, task_spec: ElementSpec) -> EngineTask:
        return EngineTask(self.workflow, task_spec, self)

    def _ready(self) -> None:
        self._set_state(READY)

    def run(self) -> bool | None:
        """Run the task. An error leaves the whole step, so no state is set for it."""
        result = self.task_spec._run_hook(self)
        if result:
            self.complete()
        elif self._state == READY:  # an operation may have left through its error boundary
            self._set_state(STARTED)
        return result

    def complete(self) -> None:
        self._set_state(COMPLETED)
        self.task_spec._on_complete(self)

    def cancel(self) -> None:
        """Cancel the task if it isn't finished, with its children if it is a multi-instance. What
        an event has set going lives on."""
        if self._state & UNFINISHED:
            self._set_state(CANCELLED)
            self.task_spec._on_cancel(self)
            for child in self.down.copy():
                if child.triggered and child._state & UNFINISHED:
                    self.workflow.discard(child)

    def below(self) -> Iterator[EngineTask]:
        """All tasks below this one, parents before children."""
        todo = self.down[::-1]
        while todo:
            task = todo.pop()
            yield task
            todo.extend(task.down[::-1])

    def above(self) -> Iterator[EngineTask]:
        """The parent, its parent, and so on up to the root of the scope."""
        task = self.up
        while task is not None:
            yield task
            task = task.up

    def position(self) -> tuple[int, ...]:
        """Where the task stands in the tree; sorting by it gives the order in which the tree is
        drawn."""
        path = []
        task = self
        while task.up is not None:
            path.append(task.up.down.index(task))
            task = task.up
        return tuple(reversed(path))

    @property
    def activity(self) -> EngineTask:
        """The activity the task is a visit to: for a child of a multi-instance the multi-instance,
        else itself."""
        return self.up if self.up is not None and self.triggered else self


class Scope(BpmnBaseWorkflow):
    """A process, subprocess or called process that runs: a tree of tasks with data of its own."""

    tasks: dict[str, EngineTask]
    task_tree: EngineTask
    top_workflow: Instance
    parent_task: EngineTask | None
    last_task: EngineTask | None
    depth: int

    def __init__(self, spec: Any, top_workflow: Instance, parent_task: EngineTask | None) -> None:
        # the library's constructor predicts the whole tree and connects events that nobody listens
        # to
        self.spec = spec
        self.top_workflow = top_workflow
        self.parent_task = parent_task
        self.depth = 0 if parent_task is None else parent_task.workflow.depth + 1
        self.data: Variables = {}
        self.tasks = {}
        self.last_task = None
        self.completed = False
        self.tally: list[Any] | None = None
        self.brought: dict[str, list[Any]] = {}
        """Variables that tokens which have reached the end leave to the last one: the value, and
        what it was where the token parted from the others, if it was set there."""

    def plant(self) -> EngineTask:
        """Make the root of the tree, ready to run."""
        self.task_tree = EngineTask(self, self.spec.start)
        self.task_tree._ready()
        return self.task_tree

    @property
    def scope_id(self) -> str:
        """Id of the call activity or subprocess that the scope belongs to; empty at the top."""
        return "" if self.parent_task is None else self.parent_task.id

    def discard(self, task: EngineTask) -> None:
        """Take an unfinished or no longer wanted task out of the tree, with all that hangs on
        it."""
        for part in (task, *task.below()):
            if part._state & UNFINISHED:
                part._set_state(CANCELLED)
                part.task_spec._on_cancel(part)
            del self.tasks[part.id]
        if task.up is not None:
            task.up.down.remove(task)

    def cancel(self) -> None:
        """End the scope, and cancel all in it that isn't finished."""
        self.completed = True
        for task in list(self.tasks.values()):
            if task._state & UNFINISHED and task.id in self.tasks:
                task.cancel()

    def _task_completed_notify(self, task: EngineTask) -> None:
        self.last_task = task
        if task.task_spec.name == "End":
            self._mark_complete(task)
        if self.completed and self.parent_task is not None:
            self.parent_task.task_spec._on_subworkflow_completed(self, self.parent_task)

    def _mark_complete(self, task: EngineTask) -> None:
        self.data.update(task.data)
        self.completed = True


class Instance(Scope):
    """The process at the top, with all scopes below it."""

    def __init__(self, process: CompiledProcess, run: Run) -> None:
        self.run = run
        self.process = process
        self.subprocesses: dict[str, Scope] = {}
        super().__init__(process.spec, self, None)

    def create_scope(self, task: EngineTask, spec_name: str) -> Scope:
        scope = Scope(self.process.specs[spec_name], self, task)
        self.run.entered(scope)
        self.subprocesses[task.id] = scope
        return scope

    def scopes(self) -> list[Scope]:
        """The instance and all scopes below it, outer before inner."""
        return [self, *self.subprocesses.values()]

    def find(self, task_id: str) -> EngineTask | None:
        for scope in self.scopes():
            task = scope.tasks.get(task_id)
            if task is not None:
                return task
        return None

    def drop_scope(self, task: EngineTask) -> None:
        """Forget the scope of a task, if it has one, and those within it."""
        scope = self.subprocesses.pop(task.id, None)
        if scope is not None:
            for inner in scope.tasks.values():
                self.drop_scope(inner)
