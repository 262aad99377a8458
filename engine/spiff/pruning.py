"""What the state of an instance may forget, so that it doesn't grow with its age.

The history of an instance is in the trail. The tree keeps what may still matter: what lives, what
it descends from, and the last visit to each human task of an open scope, because one may go back to
it.
"""

from __future__ import annotations

from typing import cast

from engine.spiff.tree import UNFINISHED, EngineTask, Instance, Scope
from engine.spiff.types import Variables


def forget(instance: Instance) -> None:
    """Drop what ended: the scopes of finished activities, and earlier rounds of loops."""
    for scope in list(instance.subprocesses.values()):
        owner = cast(EngineTask, scope.parent_task)
        if owner.finished or owner.workflow.tasks.get(owner.id) is not owner:
            instance.drop_scope(owner)
    for scope in instance.scopes():
        if 2 * len(scope.tasks) > 3 * len(scope.spec.numbered):
            _forget_rounds(scope)


def end_token(join: EngineTask) -> None:
    """A token has reached the end of its scope while others still live: it leaves what it brings,
    and goes. Of its branch only human tasks stay.

    `join` is the task before the scope's end as which the token came.
    """
    base, brought = _fork(join).data, join.workflow.brought
    for name, value in changes(base, join.data).items():
        was = brought[name][1:] if name in brought else [base[name]] if name in base else []
        brought[name] = [value, *was]
    branch = cast(EngineTask, join.up)
    join.workflow.discard(join)
    while _spent(branch):
        above = cast(EngineTask, branch.up)
        branch.workflow.discard(branch)
        branch = above


def take_what_was_brought(join: EngineTask) -> None:
    """The last token takes over what those before it have left, unless it has changed it itself."""
    for name, (value, *was) in join.workflow.brought.items():
        if ([join.data[name]] if name in join.data else []) == was:
            join.data[name] = value


def changes(base: Variables, data: Variables) -> Variables:
    """The variables in `data` that aren't in `base` or have another value there."""
    return {
        name: value
        for name, value in data.items()
        if name not in base or (base[name] is not value and base[name] != value)
    }


def _spent(task: EngineTask) -> bool:
    """Whether a leaf of the tree is of no more use."""
    spec = task.task_spec
    return not (
        task._state & UNFINISHED
        or task.down
        or spec.named
        or spec.settles
        or "joined" in task.internal_data
        or task.up is None
    )


def _fork(task: EngineTask) -> EngineTask:
    """The last task that a token has in common with one that still lives."""
    others: set[int] = set()
    for other in task.workflow.tasks.values():
        if other._state & UNFINISHED and other is not task:
            others.update(id(ancestor) for ancestor in (other, *other.above()))
    return next(ancestor for ancestor in task.above() if id(ancestor) in others)


def _forget_rounds(scope: Scope) -> None:
    """Where all that lives descends from two visits to the same node, the later takes the place of
    the earlier."""
    live = [task for task in scope.tasks.values() if task._state & UNFINISHED]
    if not live or not _repeats([live[0], *live[0].above()]):
        return
    spine = _spine(live)
    position = 0
    while position < len(spine):
        earlier = spine[position]
        if _replaceable(earlier):
            for number in range(len(spine) - 1, position, -1):
                later = spine[number]
                if later.task_spec is earlier.task_spec and _replace(earlier, later):
                    del spine[position:number]
                    break
        position += 1


def _repeats(line: list[EngineTask]) -> bool:
    """Whether some node was visited twice on a line of the tree."""
    specs = [task.task_spec for task in line if _replaceable(task)]
    return len(set(specs)) < len(specs)


def _spine(live: list[EngineTask]) -> list[EngineTask]:
    """From the root down to the last task that all live tasks descend from."""
    lines = [[task, *task.above()][::-1] for task in live]
    spine: list[EngineTask] = []
    for level in zip(*lines, strict=False):
        if any(task is not level[0] for task in level):
            break
        spine.append(level[0])
    return spine


def _replaceable(task: EngineTask) -> bool:
    """Whether nothing depends on what precedes a visit: going back to a human task needs the data
    before it."""
    spec = task.task_spec
    return spec.forgettable and task.up is not None and not spec.settles


def _replace(earlier: EngineTask, later: EngineTask) -> bool:
    """Put `later` where `earlier` stands, unless a human task would be lost that wasn't visited
    again since."""
    kept = {id(task) for task in (later, *later.below())}
    dropped = [task for task in (earlier, *earlier.below()) if id(task) not in kept]
    human = {task.task_spec for task in dropped if task.task_spec.named}
    if human:
        gone = {id(task) for task in dropped}
        tasks = earlier.workflow.tasks.values()
        if human - {task.task_spec for task in tasks if id(task) not in gone}:
            return False
    above = cast(EngineTask, earlier.up)
    above.down[above.down.index(earlier)] = later
    cast(EngineTask, later.up).down.remove(later)
    later.up = above
    for task in dropped:
        del earlier.workflow.tasks[task.id]
    return True
