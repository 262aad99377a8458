"""Working time of the firm (`engine.working_time.Calendar`).

Office hours are 09:00-12:00 and 13:30-18:00 in Asia/Shanghai. Which days are worked on follows the
official calendar with its 调休 (package chinesecalendar), unless a `WorkCalendarDay` says
otherwise. For years that the package does not know yet, weekends are free and the answer is
provisional.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import takewhile
from time import monotonic
from zoneinfo import ZoneInfo

import chinese_calendar
from django.db import connection

from engine.database import execute

ZONE = ZoneInfo("Asia/Shanghai")
MORNING = (time(9), time(12))
AFTERNOON = (time(13, 30), time(18))
MORNING_LENGTH = timedelta(hours=3)
DAY_LENGTH = timedelta(hours=7.5)
NOTHING = timedelta()

KEEP_SECONDS = 10.0

Lengths = dict[date, timedelta]  # of the days worked on, in their order
_kept: dict[str, tuple[float, Lengths]] = {}  # schema → when read, exceptions


@dataclass(frozen=True, slots=True)
class Day:
    """What the calendar says of a day. `provisional`: nobody has announced its holidays yet."""

    date: date
    length: timedelta
    provisional: bool

    @property
    def works(self) -> bool:
        return self.length > NOTHING


class WorkCalendar:
    """Working time of the current account set."""

    def add(self, start: datetime, work: timedelta) -> datetime:
        local = start.astimezone(ZONE)
        exceptions = _exceptions()
        done = _worked_before(local, _length(local.date(), exceptions))
        left = work + done
        for day, length in _days_from(local.date(), exceptions):
            if left < length or (left == length and work):
                return _moment(day, left, started=not work).astimezone(UTC)
            left -= length
        raise OverflowError("the working time ends after the last year that can be told")

    def between(self, start: datetime, end: datetime) -> timedelta:
        if end < start:
            return -self.between(end, start)
        first, last = start.astimezone(ZONE), end.astimezone(ZONE)
        exceptions = _exceptions()
        days = takewhile(lambda day: day[0] < last.date(), _days_from(first.date(), exceptions))
        return (
            sum((length for _day, length in days), NOTHING)
            + _worked_before(last, _length(last.date(), exceptions))
            - _worked_before(first, _length(first.date(), exceptions))
        )

    def day(self, asked: date) -> Day:
        """What the calendar says of that day."""
        exceptions = _exceptions()
        provisional = asked not in exceptions and not _is_known(asked.year)
        return Day(asked, _length(asked, exceptions), provisional)


def _exceptions() -> Lengths:
    """Lengths of the days that the firm has set itself, also of those it doesn't work on.

    Kept for a moment: every human task asks, and a few days a year change."""
    schema = str(connection.schema_name)
    read_at, lengths = _kept.get(schema, (-KEEP_SECONDS, {}))
    if monotonic() - read_at < KEEP_SECONDS:
        return lengths
    rows = execute("SELECT date, works, hours FROM people_workcalendarday")
    lengths = {
        day: (timedelta(hours=float(hours)) if hours else DAY_LENGTH) if works else NOTHING
        for day, works, hours in rows
    }
    _kept[schema] = monotonic(), lengths
    return lengths


def forget() -> None:
    """Read the account sets' days again: called where one is changed."""
    _kept.clear()


def _length(day: date, exceptions: Lengths) -> timedelta:
    return exceptions[day] if day in exceptions else _official(day.year).get(day, NOTHING)


def _days_from(first: date, exceptions: Lengths) -> Iterator[tuple[date, timedelta]]:
    """The days that are worked on, with their lengths, from that day on."""
    for year in range(first.year, date.max.year + 1):
        for day, length in _working_days(year, exceptions).items():
            if day >= first:
                yield day, length


def _working_days(year: int, exceptions: Lengths) -> Lengths:
    """The days of a year that are worked on, in order."""
    of_year = {day: length for day, length in exceptions.items() if day.year == year}
    if not of_year:
        return _official(year)
    days = _official(year) | of_year
    return {day: days[day] for day in sorted(days) if days[day]}


@lru_cache(maxsize=1024)
def _official(year: int) -> Lengths:
    """Working days of the official calendar; Monday to Friday where it is not announced."""
    first = date(year, 1, 1)
    days = (first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1))
    works = chinese_calendar.is_workday if _is_known(year) else _is_weekday
    return {day: DAY_LENGTH for day in days if works(day)}


@lru_cache(maxsize=1024)
def _is_known(year: int) -> bool:
    try:
        chinese_calendar.is_workday(date(year, 12, 31))
    except NotImplementedError:
        return False
    return True


def _is_weekday(day: date) -> bool:
    return day.weekday() < 5


def _worked_before(local: datetime, length: timedelta) -> timedelta:
    """How much of its day's working time has passed at a local moment."""
    passed = NOTHING
    for opens, closes in (MORNING, AFTERNOON):
        start = datetime.combine(local.date(), opens, ZONE)
        end = datetime.combine(local.date(), closes, ZONE)
        passed += max(NOTHING, min(local, end) - start)
    return min(passed, length)


def _moment(day: date, passed: timedelta, *, started: bool) -> datetime:
    """The moment of a day at which that much of its working time has passed.

    At noon both 12:00 and 13:30 are: the later one if work must have `started` again.
    """
    if passed < MORNING_LENGTH or (passed == MORNING_LENGTH and not started):
        return datetime.combine(day, MORNING[0], ZONE) + passed
    return datetime.combine(day, AFTERNOON[0], ZONE) + passed - MORNING_LENGTH
