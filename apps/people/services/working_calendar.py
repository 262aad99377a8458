"""The firm's exceptions from the official calendar."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction

from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.people import calendar
from apps.people.models import WorkCalendarDay
from apps.people.services.telling import values


@transaction.atomic
def set_calendar_day(
    *,
    day: date,
    works: bool,
    hours: Decimal | None = None,
    note: str = "",
    by: int | None = None,
) -> WorkCalendarDay:
    """Depart from the official calendar on a day. Its `hours` are counted from the opening."""
    row, created = WorkCalendarDay.objects.select_for_update().get_or_create(
        date=day, defaults={"works": works}
    )
    before = {} if created else values(row, "works", "hours", "note")
    row.works, row.hours, row.note = works, hours, note
    row.full_clean()
    row.save()
    after = values(row, "works", "hours", "note")
    record(Event.CALENDAR_CHANGED, by=by, subject=row, before=before, after=after)
    _calendar_changed()
    return row


@transaction.atomic
def clear_calendar_day(*, day: date, by: int | None = None) -> None:
    """Follow the official calendar again on that day."""
    row = WorkCalendarDay.objects.filter(date=day).first()
    if row is None:
        return
    before = values(row, "works", "hours", "note")
    record(Event.CALENDAR_CHANGED, by=by, subject=row, before=before)
    row.delete()
    _calendar_changed()


def _calendar_changed() -> None:
    calendar.forget()  # for this transaction
    transaction.on_commit(calendar.forget)  # for the others of this process
