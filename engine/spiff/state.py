"""The state of an instance as bytes: one row per task, its data as the difference to its parent's.

Layout: a first byte that tells the format, then JSON, compressed where that pays. The JSON is a
list: the sequence counter and the scopes, outer before inner; a scope is [row of its owner's scope
and task, tally, rows]; a row is [number of the parent's row, number of the node, state, sequence,
id, internal data, data set, data deleted], where trailing zeros are left out and an id is kept only
of tasks that somebody outside may name. Keys keep their order.
"""

from __future__ import annotations

import zlib
from typing import Any, Final, cast

import orjson
from django.utils.translation import gettext as _

from engine.exceptions import InvalidData, WrongState
from engine.spiff.process import CompiledProcess
from engine.spiff.pruning import forget
from engine.spiff.run import Run
from engine.spiff.tree import UNFINISHED, EngineTask, Instance, Scope
from engine.spiff.types import Host
from engine.spiff.values import decoded, encoded

_FORMAT: Final = 0x10
_COMPRESSED: Final = 0x01
_TYPED: Final = 0x02  # some value needs decoding
_MISSING: Final = object()
_COMPRESS_FROM: Final = 600  # bytes; below it, compression costs more than it saves


class _Encoder:
    """orjson's `default`, which also notes whether it was needed."""

    used = False

    def __call__(self, value: Any) -> Any:
        self.used = True
        return encoded(value)


def dump_state(instance: Instance) -> bytes:
    """The state of an instance that waits. Raises `InvalidData` for what can't be written."""
    forget(instance)
    places: dict[str, tuple[int, int]] = {}
    scopes = []
    for number, scope in enumerate(instance.scopes()):
        owner = places[scope.scope_id] if scope.scope_id else 0
        scopes.append([owner, scope.tally or 0, scope.brought or 0, _rows(scope, number, places)])
    encoder = _Encoder()
    try:
        text = orjson.dumps(
            [instance.run.sequence, scopes],
            default=encoder,
            option=orjson.OPT_PASSTHROUGH_DATETIME,
        )
    except TypeError as error:
        raise InvalidData(
            _("A variable can't be stored: %(reason)s") % {"reason": error}, errors={}
        ) from error
    form = _FORMAT | (_TYPED if encoder.used else 0)
    if len(text) >= _COMPRESS_FROM:
        return bytes((form | _COMPRESSED,)) + zlib.compress(text, 1)
    return bytes((form,)) + text


def _rows(scope: Scope, number: int, places: dict[str, tuple[int, int]]) -> list[list[Any]]:
    rows: list[list[Any]] = []
    numbers: dict[int, int] = {}
    for row_number, task in enumerate(scope.tasks.values()):
        numbers[id(task)] = row_number
        spec = task.task_spec
        data, above = task.data, task.up.data if task.up is not None else {}
        changed = {
            name: value
            for name, value in data.items()
            if (was := above.get(name, _MISSING)) is not value
            and (was != value or type(was) is not type(value))
        }
        deleted = [name for name in above if name not in data]
        row: list[Any] = [
            numbers[id(task.up)] if task.up is not None else -1,
            spec.index,
            task._state,
            task.last_state_change,
            task.id if (spec.named and spec.visible) or _kept(task) else 0,
            task.internal_data or 0,
            changed or 0,
            deleted or 0,
        ]
        while not row[-1]:
            row.pop()
        rows.append(row)
        if task.task_spec.owns_scope:
            places[task.id] = (number, row_number)
    return rows


def _kept(task: EngineTask) -> bool:
    return task.task_spec.visible and bool(task._state & UNFINISHED)


def load_instance(process: CompiledProcess, state: bytes, host: Host) -> Instance:
    """The instance as it waits. Raises `WrongState` if the bytes are no state of this process."""
    form, body = state[0], state[1:]
    if form & ~(_COMPRESSED | _TYPED) != _FORMAT:
        raise WrongState(_("The state has an unknown format."))
    text = zlib.decompress(body) if form & _COMPRESSED else body
    sequence, scopes = orjson.loads(text)
    run = Run(host, sequence)
    instance = Instance(process, run)
    run.instance = instance
    loaded: list[list[EngineTask]] = []
    for owner, tally, brought, rows in scopes:
        if owner == 0:
            scope: Scope = instance
        else:
            task = loaded[owner[0]][owner[1]]
            scope = Scope(process.specs[cast(Any, task.task_spec).spec], instance, task)
            instance.subprocesses[task.id] = scope
        scope.tally = tally or None
        scope.brought = decoded(brought or {})
        loaded.append(_load_rows(scope, rows, bool(form & _TYPED)))
    run.tasks = sum(len(tasks) for tasks in loaded)
    return instance


_NOTHING: Final = (0, 0, 0, 0, 0, 0, 0, 0)


def _load_rows(scope: Scope, rows: list[list[Any]], typed: bool) -> list[EngineTask]:
    specs = scope.spec.numbered
    tasks: list[EngineTask] = []
    by_id = scope.tasks
    run = scope.top_workflow.run
    for row in rows:
        row += _NOTHING[len(row) :]
        above, index, state, sequence, identity, internal, changed, deleted = row
        spec = specs[index]
        parent = tasks[above] if above >= 0 else None
        data = {} if parent is None else parent.data.copy()
        if changed:
            data |= decoded(changed) if typed else changed
        if deleted:
            for name in deleted:
                del data[name]
        task = EngineTask.__new__(EngineTask)
        task.__dict__ = {
            "id": identity or run.internal_id(),
            "workflow": scope,
            "task_spec": spec,
            "up": parent,
            "down": [],
            "data": data,
            "internal_data": internal or {},
            "triggered": spec.loop is not None,
            "last_state_change": sequence,
            "_state": state,
        }
        by_id[task.id] = task
        if parent is not None:
            parent.down.append(task)
        tasks.append(task)
    scope.task_tree = tasks[0]
    return tasks
