"""The trail of an instance: entries chained by hash, and how to see whether any was touched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson

from engine.database import execute
from engine.models import TrailEntry

_UNCHANGED = frozenset({bool, type(None)})
_LARGEST = 2**63  # what is as large can't be written as a number


def plain(value: Any) -> Any:
    """`value` as JSON that the database gives back unchanged: numbers other than integers of 64
    bits, dates and ids as text."""
    kind = type(value)  # nearly all are just these, which is seen faster than matched
    if kind is str:
        return value.replace("\x00", "")
    if kind is int:
        return value if -_LARGEST <= value < _LARGEST else str(value)
    if kind in _UNCHANGED:
        return value
    if kind is dict:
        return {str(key).replace("\x00", ""): plain(item) for key, item in value.items()}
    return _less_plain(value)


def _less_plain(value: Any) -> Any:
    match value:
        case int():
            return plain(int(value))
        case str():
            return value.replace("\x00", "")
        case float():
            return repr(value)
        case datetime() | date():
            return value.isoformat()
        case Mapping():
            return plain(dict(value))
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
    return str(value).replace("\x00", "")


def digest(
    previous: bytes,
    *,
    instance: int,
    seq: int,
    at: datetime,
    actor: int | None,
    event: str,
    process: str,
    element: str,
    task: str | None,
    data: Mapping[str, Any],
) -> bytes:
    """SHA-256 (32 bytes) over the entry before and everything an entry says. `data` is `plain`."""
    said = [
        instance,
        seq,
        at.astimezone(UTC).isoformat(),
        actor,
        event,
        process,
        element,
        task,
        data,
    ]
    return hashlib.sha256(previous + orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain breaks."""

    instance: int
    seq: int
    reason: str


def verify_instances() -> Iterator[Break]:
    """The first broken entry of every instance of the account set whose trail is not what was
    written.

    Reads the whole trail in the order of instances; constant memory."""
    expected = (0, 0, b"")  # instance, seq, hash of the last good entry
    broken = 0
    entries = TrailEntry.objects.order_by("instance_id", "seq").values_list(
        "instance_id",
        "seq",
        "at",
        "actor",
        "event",
        "process",
        "element",
        "task_id",
        "data",
        "hash",
    )
    for instance, seq, at, actor, event, process, element, task, data, found in entries.iterator(
        5000
    ):
        if instance == broken:
            continue
        if instance != expected[0]:
            expected = (instance, 0, b"")
        said = digest(
            expected[2],
            instance=instance,
            seq=seq,
            at=at,
            actor=actor,
            event=event,
            process=process,
            element=element,
            task=str(task) if task else None,
            data=data,
        )
        if seq != expected[1] + 1 or said != bytes(found):
            broken = instance
            yield Break(
                instance, expected[1] + 1, "missing" if seq != expected[1] + 1 else "changed"
            )
            continue
        expected = (instance, seq, said)
    yield from _verify_heads()


def _verify_heads() -> Iterator[Break]:
    """Instances whose last entries were cut off: the row of the instance knows how many there
    were."""
    cut_off = """
        SELECT i.id, i.trail_length FROM engine_processinstance i
        LEFT JOIN engine_trailentry e ON e.instance_id = i.id AND e.seq = i.trail_length
        WHERE i.trail_length > 0 AND (e.id IS NULL OR e.hash <> i.trail_head)
    """
    for instance, length in execute(cut_off):
        yield Break(instance, length, "missing")
