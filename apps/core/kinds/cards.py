"""What lists show of the case of a record."""

from __future__ import annotations

from typing import Any

from apps.core.kinds.registry import kind_of
from engine.operations import Context


def show_record(context: Context, record: Any, **other: Any) -> None:
    """Let the case show what its record is about; `other` takes the place of what every kind shows,
    or stands beside it."""
    kind = kind_of(record)
    card = {
        "subject": kind.title(record),
        "party": kind.party(record),
        "amount": getattr(record, kind.amount, None) if kind.amount else None,
        "number": str(record),
    }
    context.show(**card | other)


def show_submitted(context: Context, record: Any, **other: Any) -> None:
    """The same of a record that is being submitted, and isn't stamped so yet: what was submitted
    before, sent back or taken back since, is marked."""
    show_record(context, record, again=record.submitted_at is not None, **other)
