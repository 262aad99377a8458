"""Times at which timers are due: from the value of a timer's expression, and from one round of a
cycle to the next."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from SpiffWorkflow.bpmn.specs.event_definitions.timer import (
    CycleTimerEventDefinition,
    DurationTimerEventDefinition,
    TimerEventDefinition,
)

from engine.spiff.expressions import refuse
from engine.spiff.types import Host

UTC = UTC


class WorkingCycle(str):
    """What `every_working` yields: an ISO 8601 repetition that also remembers that its interval is
    working time."""

    __slots__ = ("interval",)
    interval: str

    def __new__(cls, first: datetime, interval: str) -> WorkingCycle:
        cycle = super().__new__(cls, f"R/{first.isoformat()}/{interval}")
        cycle.interval = interval
        return cycle


def armed(definition: TimerEventDefinition, value: Any, host: Host) -> dict[str, Any]:
    """What a waiting timer remembers: `due` (ISO 8601, UTC), and where it repeats `left` (rounds
    left, -1 without an end) with `every` (seconds) or `working` (an ISO duration of working time).
    Raises `InvalidExpression`."""
    if isinstance(definition, CycleTimerEventDefinition):
        return _cycle(definition.expression, value, host.now())
    if isinstance(definition, DurationTimerEventDefinition):
        length = _duration(definition.expression, value, host.now())
        return {"due": text_of(host.now() + length)}
    return {"due": text_of(_moment(definition.expression, value, host.now()))}


def next_round(timer: dict[str, Any], host: Host) -> dict[str, Any] | None:
    """What the timer remembers after a round of its cycle, or None if that was the last.

    The next round lies in the future: rounds missed while nothing ran are not made up for.
    """
    left = timer["left"] - 1 if timer["left"] > 0 else -1
    if left == 0:
        return None
    if "working" in timer:
        return {**timer, "left": left, "due": text_of(host.working(timer["working"]))}
    due, every = datetime.fromisoformat(timer["due"]), timedelta(seconds=timer["every"])
    missed = (host.now() - due) // every
    return {**timer, "left": left, "due": text_of(due + (max(missed, 0) + 1) * every)}


def text_of(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _text(source: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > 100:
        refuse(source, _("a timer needs a time or duration as ISO 8601 text"))
    return value


def _moment(source: str, value: Any, now: datetime) -> datetime:
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime(value.year, value.month, value.day)
    else:
        text = _text(source, value)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            refuse(source, _("“%(text)s” is no time in ISO 8601") % {"text": text})
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=now.tzinfo)


def _duration(source: str, value: Any, start: datetime) -> timedelta:
    text = _text(source, value)
    try:
        parts = TimerEventDefinition.parse_iso_duration(text)
        length: timedelta = TimerEventDefinition.get_timedelta_from_start(parts, start)
    except Exception:
        refuse(source, _("“%(text)s” is no duration in ISO 8601") % {"text": text})
    return length


def _cycle(source: str, value: Any, now: datetime) -> dict[str, Any]:
    if isinstance(value, WorkingCycle):
        due = value.split("/")[1]
        return {"due": text_of(datetime.fromisoformat(due)), "left": -1, "working": value.interval}
    text = _text(source, value)
    parts = text.split("/")
    rounds = parts[0][1:]
    if len(parts) not in (2, 3) or parts[0][:1] != "R" or not (rounds == "" or rounds.isdecimal()):
        refuse(source, _("“%(text)s” is no repetition in ISO 8601") % {"text": text})
    left = int(rounds) if rounds else -1
    if len(parts) == 2:
        every = _duration(source, parts[1], now)
        start = now + every
    elif parts[1][:1] == "P":  # a duration and the end of the first round
        start = _moment(source, parts[2], now)
        every = _duration(source, parts[1], start)
        start = start - every
    else:
        start = _moment(source, parts[1], now)
        every = _duration(source, parts[2], start)
    if every <= timedelta(0) or left == 0:
        refuse(source, _("“%(text)s” never repeats") % {"text": text})
    return {"due": text_of(start), "left": left, "every": every.total_seconds()}
