"""What has changed of a lead since somebody saw it, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from apps.core.history.tracking import events_of
from apps.core.kinds import columns
from apps.sales.leads.forms import FIELDS
from apps.sales.leads.models import Lead

TOLD: Final = (*FIELDS, "owner")


def changes_since(lead: Lead, version: int) -> Iterator[str]:
    """“Budget: ¥100.00 → ¥200.00”, field by field; nothing where that version isn't known."""
    then = events_of(Lead).objects.filter(pgh_obj_id=lead.pk, version=version).last()
    if then is None:
        return
    for name in TOLD:
        column = columns.resolve(Lead, name)
        before, now = column.cell(then).text, column.cell(lead).text
        if before != now:
            yield f"{column.label}: {before or '—'} → {now or '—'}"
