"""The periods that figures are shown for."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MONTH: Final = "month"
PERIODS: Final[Mapping[str, str | Promise]] = {
    MONTH: _("This month"),
    "last_month": _("Last month"),
    "quarter": _("This quarter"),
    "year": _("This year"),
}


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last one, both whole months."""

    code: str
    first: date
    last: date


def period_of(code: str, today: date) -> Period:
    """The period of that code around today; an unknown code is this month."""
    if code == "last_month":
        day = today.replace(day=1) - timedelta(days=1)
        return Period(code, day.replace(day=1), day)
    if code == "year":
        return Period(code, date(today.year, 1, 1), date(today.year, 12, 31))
    if code == "quarter":
        month = (today.month - 1) // 3 * 3 + 1
        return Period(code, date(today.year, month, 1), _end(today.year, month + 2))
    return Period(MONTH, today.replace(day=1), _end(today.year, today.month))


def _end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
