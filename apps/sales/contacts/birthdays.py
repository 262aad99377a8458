"""When birthdays come round, by the solar and the lunar calendar.

A lunar birthday on the 30th is kept on the 29th in years whose month is short, one in a leap month
in the ordinary month of that number; a solar one on 29 February on the 28th in ordinary years."""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from django.db.models import Q
from lunar_python import LunarYear, Solar

LEAP_DAY: Final = (2, 29)
LAST: Final = 30  # the last day that a lunar month may have
DAY: Final = timedelta(days=1)


@lru_cache(maxsize=16)
def lunar_months(year: int) -> dict[int, tuple[date, int]]:
    """The ordinary months of a lunar year: first day, number of days. Leap months aren't among
    them."""
    found = {}
    for month in LunarYear.fromYear(year).getMonthsInYear():
        if month.getYear() == year and month.getMonth() > 0:
            first = Solar.fromJulianDay(month.getFirstJulianDay())
            day = date(first.getYear(), first.getMonth(), first.getDay())
            found[month.getMonth()] = (day, month.getDayCount())
    return found


def next_birthday(month: int, day: int, *, lunar: bool, today: date) -> date:
    """The first day from today on on which that birthday is kept."""
    kept = _lunar if lunar else _solar
    years = (today.year - 1, today.year, today.year + 1)  # a lunar year ends in the next solar one
    return next(on for on in (kept(year, month, day) for year in years) if on >= today)


def _solar(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def _lunar(year: int, month: int, day: int) -> date:
    first, days = lunar_months(year)[month]
    return first + (min(day, days) - 1) * DAY


def lunar_day(on: date) -> tuple[int, int] | None:
    """Month and day of a day in the lunar calendar; None in a leap month."""
    return next(iter(_lunar_kept_on(on)), None)


def in_coming_days(days: int, *, today: date) -> Q:
    """The filter of contacts whose birthday is today or in the coming days, by month and day."""
    solar: set[tuple[int, int]] = set()
    lunar: set[tuple[int, int]] = set()
    for ahead in range(days + 1):
        on = today + ahead * DAY
        solar |= set(_kept_on(on))
        lunar |= set(_lunar_kept_on(on))
    # One range of the index, whose entries say the rest; for an “or” the rows would be read.
    all_of = Q(
        birth_month__in=sorted({month for month, _day in solar | lunar}),
        birth_day__in=sorted({day for _month, day in solar | lunar}),
    )
    return all_of & (_among("solar", solar) | _among("lunar", lunar))


def _among(calendar: str, days: set[tuple[int, int]]) -> Q:
    found = Q(pk__in=())
    for month in sorted({month for month, _day in days}):
        of_month = [day for other, day in sorted(days) if other == month]
        found |= Q(birth_month=month, birth_day__in=of_month)
    return Q(birth_calendar=calendar) & found


def _kept_on(on: date) -> Iterator[tuple[int, int]]:
    """Solar birthdays that are kept on a day."""
    yield on.month, on.day
    if (on.month, on.day) == (2, 28) and not isleap(on.year):
        yield LEAP_DAY


def _lunar_kept_on(on: date) -> Iterator[tuple[int, int]]:
    """Lunar birthdays that are kept on a day: none in a leap month."""
    for year in (on.year - 1, on.year):
        for month, (first, days) in lunar_months(year).items():
            day = (on - first).days + 1
            if 1 <= day <= days:
                yield month, day
                if day == days < LAST:
                    yield month, LAST
