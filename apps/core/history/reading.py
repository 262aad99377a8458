"""What has changed of a record and its lines, when and by whom: old and new values in words.

An event holds a whole row as it was after (or, of a deletion, before) a change; what has changed is
the difference to the event before of the same row. Events of one transaction are one moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import models

from apps.core.access.rights import Rights
from apps.core.history.tracking import events_of
from apps.core.inbox.wording import names_of
from apps.core.kinds import columns
from apps.core.kinds.columns import Column
from apps.core.kinds.declaration import DocumentKind, Lines

MOMENTS: Final = 50
"""Transactions on a page."""
TOLD_ELSEWHERE: Final = frozenset(
    {
        *("id", "version", "row", "document"),
        *("created_at", "created_by", "changed_at", "changed_by"),
        *("submitted_at", "approved_at", "approved_by"),
    }
)
"""Stamps, and what the trail tells better."""
INSERT, UPDATE, DELETE = "insert", "update", "delete"


@dataclass(frozen=True, slots=True)
class Change:
    """A field, in words; `old` is "" for what is new."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Part:
    """What became of one row. `lines` and `row` are empty for the record itself."""

    act: str  # insert, update, delete
    changes: Sequence[Change]
    lines: str = ""
    row: int | None = None


@dataclass(slots=True)
class Moment:
    """The changes of one transaction."""

    at: datetime
    user: int | None = None
    who: str = ""
    parts: list[Part] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class History:
    """The newest first. `older`: the time at which the next page begins; None on the last."""

    moments: Sequence[Moment]
    older: datetime | None


@dataclass(frozen=True, slots=True)
class _Step:
    """An event with the one before it of the same row."""

    event: Any
    before: Any
    lines: Lines | None


def history_of(
    kind: DocumentKind, record: Any, rights: Rights, before: datetime | None = None
) -> History:
    """The history of a record that the reader has found; costs only for those who may see them."""
    tables: list[_Table] = [(None, events_of(kind.model).objects.filter(pgh_obj_id=record.pk))]
    for lines in kind.lines:
        tables.append((lines, events_of(lines.model).objects.filter(document_id=record.pk)))
    shown, older = _page(tables, before)
    steps = [
        step
        for lines, events in tables
        for step in _steps(events.filter(pgh_created_at__in=shown).order_by("-pgh_id"), lines)
    ]
    return History(_moments(kind, steps, rights), older)


_Table = tuple[Lines | None, models.QuerySet[Any]]


def _page(
    tables: Iterable[_Table], before: datetime | None
) -> tuple[list[datetime], datetime | None]:
    """The times of the transactions of a page, and the first of the next page."""
    found: set[datetime] = set()
    for _lines, events in tables:
        rows = events if before is None else events.filter(pgh_created_at__lte=before)
        times = rows.order_by("-pgh_created_at").values_list("pgh_created_at", flat=True)
        found.update(times.distinct()[: MOMENTS + 1])
    latest = sorted(found, reverse=True)
    return latest[:MOMENTS], latest[MOMENTS] if len(latest) > MOMENTS else None


def _steps(events: Iterable[Any], lines: Lines | None) -> Iterator[_Step]:
    """Each event with its predecessor: among those that were read, else by one more query."""
    following: dict[int, Any] = {}
    found: list[tuple[Any, Any]] = []
    for event in events:
        if event.pgh_obj_id in following:
            found.append((following[event.pgh_obj_id], event))
        following[event.pgh_obj_id] = event
    first = [event for event in following.values() if event.pgh_label != INSERT]
    known = _before(first)
    found += [(event, known.get(event.pgh_obj_id)) for event in following.values()]
    for event, before in found:
        yield _Step(event, before, lines)


def _before(events: Sequence[Any]) -> dict[int, Any]:
    if not events:
        return {}
    rows = type(events[0]).objects.filter(
        pgh_obj_id__in=[event.pgh_obj_id for event in events],
        pgh_id__lt=min(event.pgh_id for event in events),
    )
    latest = rows.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
    return {event.pgh_obj_id: event for event in latest}


# --- in words -------------------------------------------------------------------------------------
def _moments(kind: DocumentKind, steps: Sequence[_Step], rights: Rights) -> list[Moment]:
    names = _Names(steps)
    moments: dict[datetime, Moment] = {}
    made = {
        s.event.pgh_created_at for s in steps if s.lines is None and s.event.pgh_label == INSERT
    }
    for step in sorted(steps, key=lambda s: (s.lines is not None, s.event.pgh_id)):
        at = step.event.pgh_created_at
        moment = moments.setdefault(at, Moment(at))
        moment.user = moment.user or _who(step)
        if step.lines is not None and at in made:
            continue  # a new record has its first lines
        part = _part(kind, step, rights, names)
        if part is not None:
            moment.parts.append(part)
    people = names_of(moment.user for moment in moments.values())
    for moment in moments.values():
        moment.who = people.get(moment.user, "") if moment.user else ""
    shown = [moment for moment in moments.values() if moment.parts]
    return sorted(shown, key=lambda moment: moment.at, reverse=True)


def _who(step: _Step) -> int | None:
    """Who did it: as the transaction said, else whom the record names as its last editor."""
    said = (step.event.pgh_context or {}).get("user")
    if said is not None or step.lines is not None:
        return None if said is None else int(said)
    editor: int | None = step.event.changed_by_id
    stamped = step.before is None or step.before.changed_at != step.event.changed_at
    return editor if stamped else None


def _part(kind: DocumentKind, step: _Step, rights: Rights, names: _Names) -> Part | None:
    act = step.event.pgh_label
    if step.lines is None:
        found = () if act != UPDATE else _changes(kind, kind.model, step, rights, names)
        return Part(act, found) if found or act != UPDATE else None
    changes = _changes(kind, step.lines.model, step, rights, names)
    if not changes and act == UPDATE:
        return None
    label = step.lines.title
    return Part(act, changes, label, step.event.row)


def _changes(
    kind: DocumentKind, model: type[models.Model], step: _Step, rights: Rights, names: _Names
) -> list[Change]:
    old = step.event if step.event.pgh_label == DELETE else step.before
    new = None if step.event.pgh_label == DELETE else step.event
    if new is not None and new.pgh_label == INSERT:
        old = None
    found = []
    for column in _columns(kind, model, rights):
        was, now = names.text(old, column), names.text(new, column)
        if was != now or (old and new and _raw(old, column) != _raw(new, column)):
            found.append(Change(column.label, was, now))
    return found


def _columns(kind: DocumentKind, model: type[models.Model], rights: Rights) -> list[Column]:
    kept = {f.name for f in events_of(model)._meta.concrete_fields}
    named = [
        f.name
        for f in model._meta.concrete_fields
        if f.name in kept and f.name not in TOLD_ELSEWHERE and f.verbose_name
    ]
    return [columns.resolve(model, name) for name in columns.open_names(kind, named, rights)]


def _raw(event: Any, column: Column) -> Any:
    assert column.field is not None  # only fields are followed
    return getattr(event, column.field.attname)


class _Names:
    """Names of the rows of other tables that events point to, one query a table."""

    def __init__(self, steps: Iterable[_Step]) -> None:
        wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
        for step in steps:
            for event in (step.event, step.before):
                for pointer in event._meta.concrete_fields if event is not None else ():
                    target = pointer.related_model
                    if target is not None and pointer.name not in _SKIPPED:
                        wanted[target].add(getattr(event, pointer.attname))
        self._known = {
            model: model._default_manager.in_bulk(keys - {None}) for model, keys in wanted.items()
        }

    def text(self, event: Any, column: Column) -> str:
        """A value of an event in words; "" where there is no event."""
        if event is None:
            return ""
        value = _raw(event, column)
        if column.style == "record" and column.field is not None:
            found = self._known.get(column.field.related_model, {}).get(value)  # type: ignore[arg-type]
            return "" if value is None else str(found or value)
        return columns.text_of(value, column.style, column.field)


_SKIPPED: Final = TOLD_ELSEWHERE | {"pgh_obj", "pgh_context"}
