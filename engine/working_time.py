"""Office hours: a protocol, implemented by the app that `ENGINE_CALENDAR` names, and ISO 8601
durations."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from engine.exceptions import InvalidData, InvalidExpression

WORKING_DAY = timedelta(hours=7.5)  # what P1D means in working time (engine.md)

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,7})M)?(?:(?P<seconds>\d{1,9})S)?)?"
)


class Calendar(Protocol):
    """Working time of the current account set."""

    def add(self, start: datetime, work: timedelta) -> datetime:
        """The moment at which `work` (a length of working time, not negative) has passed since
        `start` (aware).

        Zero gives the first working moment at or after `start`. The result is aware, in UTC."""

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two aware moments; negative if `end` comes first."""


@cache
def _calendar(path: str) -> Calendar:
    return cast(Calendar, import_string(path)())


def calendar() -> Calendar:
    """The implementation that the settings name."""
    return _calendar(settings.ENGINE_CALENDAR)


def parse_duration(text: str, *, day: timedelta = timedelta(days=1)) -> timedelta:
    """Length of an ISO 8601 duration in weeks (of 5 days where `day` is a working day, else 7),
    days, hours, minutes, seconds. Raises `InvalidExpression`: years and months have no length of
    their own."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or text.strip() in ("P", "PT") or text.strip().endswith("T"):
        raise InvalidExpression(
            _("“%(text)s” is no duration; write for instance PT4H, P1D or P1DT30M.")
            % {"text": text[:50]}
        )
    parts = {name: int(value or 0) for name, value in match.groupdict().items()}
    week = 7 if day == timedelta(days=1) else 5
    return (parts["weeks"] * week + parts["days"]) * day + timedelta(
        hours=parts["hours"], minutes=parts["minutes"], seconds=parts["seconds"]
    )


def require_sensible(**moments: datetime | None) -> None:
    """Raises InvalidData for a moment without a time zone, or so far away that the database keeps
    it but not every time zone can tell it; None is none. The names are those of the fields."""
    for name, moment in moments.items():
        if moment is None:
            continue
        if moment.tzinfo is None or not EARLIEST <= moment < LATEST:
            message = _("This is no date that can be kept.")
            raise InvalidData(message, errors={name: [message]})


def after_working(start: datetime, duration: str) -> datetime:
    """`start` plus an ISO 8601 duration of working time."""
    return calendar().add(start, parse_duration(duration, day=WORKING_DAY))
