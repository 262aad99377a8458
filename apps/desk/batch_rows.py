"""Rows of a batch as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.core.documents import card_of
from apps.core.inbox import elements, rows, wording
from engine.models import BatchRow, HumanTask, RowState


@dataclass(frozen=True, slots=True)
class Row:
    """One task of a batch: what became of it, or would."""

    state: str
    look: str  # name of the state, for icon and colour
    title: str
    number: str
    amount: Decimal | None
    text: str


def batch_rows(user: int, batch: int) -> QuerySet[BatchRow]:
    """Rows of a batch of that user; none of somebody else's."""
    return BatchRow.objects.filter(batch=batch, batch__user=user)


def of_batch(found: Sequence[BatchRow]) -> list[Row]:
    """Rows as people read them, in a number of queries that doesn't grow with them."""
    tasks = HumanTask.objects.select_related("instance", "instance__definition")
    tasks = tasks.defer("instance__runtime", "instance__definition__compiled")
    by_id = tasks.in_bulk([row.task_id for row in found])
    names = wording.names_of(user for row in found for user in (row.after or {}).get("people", ()))
    return [_row(row, by_id[row.task_id], names) for row in found]


def _row(row: BatchRow, task: HumanTask, names: Mapping[int, str]) -> Row:
    return Row(
        state=str(RowState(row.state).label),
        look=RowState(row.state).name,
        title=task.party or task.subject or rows.subject_of(task.instance),
        number=card_of(task.instance).number,
        amount=task.amount,
        text=row.message or _next_step(row.after, task, names),
    )


def _next_step(after: Mapping[str, Any] | None, task: HumanTask, names: Mapping[int, str]) -> str:
    if after is None:
        return ""
    if after["end_event"]:
        definition = task.instance.definition
        end = elements.element_label(task.instance, definition.key, after["end_event"])
        return _("This decides the case: %(end)s") % {"end": end}
    if not after["people"]:
        return _("Others decide this level as well")
    due = datetime.fromisoformat(after["due_at"]) if after["due_at"] else None
    values = {
        "names": _(", ").join(names[user] for user in after["people"] if user in names),
        "step": elements.element_label(task.instance, after["process"], after["element"]),
        "due": wording.moment(due),
    }
    if due:
        return _("Then %(names)s (%(step)s) until %(due)s") % values
    return _("Then %(names)s (%(step)s)") % values
