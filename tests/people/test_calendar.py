"""Office hours, lunch, holidays, 调休, and years that nobody has announced."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.people import services
from apps.people.calendar import ZONE, WorkCalendar
from engine.working_time import after_working, calendar

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def add(start: str, hours: float) -> str:
    moment = calendar().add(local(start), hours * HOUR)
    assert moment.tzinfo is UTC
    return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23 09:00", 1, "2026-11-23 10:00"),
        ("2026-11-23 07:00", 1, "2026-11-23 10:00"),
        ("2026-11-23 11:00", 1, "2026-11-23 12:00"),  # done when lunch begins
        ("2026-11-23 11:00", 2, "2026-11-23 14:30"),  # over lunch
        ("2026-11-23 12:30", 1, "2026-11-23 14:30"),  # from lunch on
        ("2026-11-23 09:00", 7.5, "2026-11-23 18:00"),  # a whole day
        ("2026-11-23 17:00", 2, "2026-11-24 10:00"),  # over night
        ("2026-11-23 20:00", 1, "2026-11-24 10:00"),
        ("2026-11-27 17:00", 2, "2026-11-30 10:00"),  # over a weekend
        ("2026-11-28 10:00", 1, "2026-11-30 10:00"),  # from a Saturday on
        ("2026-09-30 17:00", 2, "2026-10-08 10:00"),  # over the National Day holidays
        ("2026-09-19 17:00", 2, "2026-09-20 11:00"),  # a Sunday that is worked on (调休)
        ("2026-10-09 17:00", 2, "2026-10-10 10:00"),  # and a Saturday
        ("2026-10-10 17:00", 2, "2026-10-12 10:00"),
        ("2026-12-31 17:00", 2, "2027-01-01 10:00"),  # 2027 is not announced: a Friday
        ("2027-01-01 17:00", 2, "2027-01-04 10:00"),
    ],
)
def test_working_time_is_added(start, hours, end):
    assert add(start, hours) == end


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-23 10:00", "2026-11-23 10:00"),
        ("2026-11-23 08:00", "2026-11-23 09:00"),
        ("2026-11-23 12:00", "2026-11-23 13:30"),
        ("2026-11-23 12:30", "2026-11-23 13:30"),
        ("2026-11-23 18:00", "2026-11-24 09:00"),
        ("2026-11-28 10:00", "2026-11-30 09:00"),
        ("2026-10-01 10:00", "2026-10-08 09:00"),
    ],
)
def test_no_time_at_all_leads_to_the_next_working_moment(start, end):
    assert add(start, 0) == end


def test_a_moment_in_working_time_stays_to_the_microsecond():
    moment = local("2026-11-23 10:00:00.123456")
    assert calendar().add(moment, timedelta()) == moment


def test_durations_count_a_working_day_as_seven_and_a_half_hours():
    start = local("2026-11-23 10:00")
    assert after_working(start, "P1D").astimezone(ZONE) == local("2026-11-24 10:00")
    assert after_working(start, "PT4H").astimezone(ZONE) == local("2026-11-23 15:30")
    assert after_working(start, "P1W").astimezone(ZONE) == local("2026-11-30 10:00")


def test_a_day_that_the_firm_takes_off():
    services.set_calendar_day(day=date(2026, 11, 24), works=False)
    assert add("2026-11-23 17:00", 2) == "2026-11-25 10:00"
    services.clear_calendar_day(day=date(2026, 11, 24))
    assert add("2026-11-23 17:00", 2) == "2026-11-24 10:00"


def test_a_weekend_on_which_the_firm_works():
    services.set_calendar_day(day=date(2026, 11, 28), works=True)
    assert add("2026-11-27 17:00", 2) == "2026-11-28 10:00"


def test_a_short_working_day():
    services.set_calendar_day(day=date(2026, 11, 24), works=True, hours=Decimal(4))
    assert add("2026-11-23 17:00", 4.5) == "2026-11-24 14:00"
    assert add("2026-11-23 17:00", 5.5) == "2026-11-25 09:30"
    assert add("2026-11-24 16:00", 0) == "2026-11-25 09:00"
    assert calendar().between(local("2026-11-24 00:00"), local("2026-11-25 00:00")) == 4 * HOUR


def test_hours_belong_to_working_days_only():
    with pytest.raises(ValidationError):
        services.set_calendar_day(day=date(2026, 11, 24), works=True, hours=Decimal(8))
    with pytest.raises(ValidationError):
        services.set_calendar_day(day=date(2026, 11, 24), works=False, hours=Decimal(4))


def test_each_account_set_has_its_own_calendar(in_set):
    services.set_calendar_day(day=date(2026, 11, 24), works=False)
    with in_set("t_two"):
        assert add("2026-11-23 17:00", 2) == "2026-11-24 10:00"


def test_a_year_that_is_not_announced_is_provisional():
    days = WorkCalendar()
    assert not days.day(date(2026, 11, 24)).provisional
    assert days.day(date(2027, 10, 1)).provisional
    assert days.day(date(2027, 10, 1)).works
    services.set_calendar_day(day=date(2027, 10, 1), works=False)
    assert not days.day(date(2027, 10, 1)).provisional
    assert not days.day(date(2027, 10, 1)).works


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-23 09:00", "2026-11-23 18:00", 7.5),
        ("2026-11-23 11:00", "2026-11-23 14:00", 1.5),
        ("2026-11-23 12:10", "2026-11-23 13:20", 0),
        ("2026-11-23 17:00", "2026-11-24 10:00", 2),
        ("2026-09-30 17:00", "2026-10-08 10:00", 2),
        ("2026-11-24 10:00", "2026-11-23 17:00", -2),
        ("2025-12-31 09:00", "2026-01-04 18:00", 15),  # new year's holidays, then a 调休 Sunday
    ],
)
def test_working_time_between_two_moments(start, end, hours):
    assert calendar().between(local(start), local(end)) == hours * HOUR


@given(
    start=st.datetimes(datetime(2025, 6, 1), datetime(2027, 6, 1)),
    minutes=st.integers(1, 60 * 24 * 90),
)
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_what_is_added_is_what_lies_between(start, minutes):
    begin, work = start.replace(tzinfo=ZONE), timedelta(minutes=minutes)
    end = calendar().add(begin, work)
    assert end > begin
    assert calendar().between(begin, end) == work
    assert calendar().between(end, begin) == -work
    # The first such moment: a minute before, less had passed.
    assert calendar().between(begin, end - timedelta(minutes=1)) < work


def test_years_are_added_without_going_through_each_minute():
    calendar().add(local("2026-11-23 09:00"), 7.5 * HOUR * 250 * 20)
    began = time.perf_counter()
    end = calendar().add(local("2026-11-23 09:00"), 7.5 * HOUR * 250 * 20)
    assert time.perf_counter() - began < 0.1
    assert end.year in (2045, 2046)


def test_a_moments_questions_cost_one_query(company, django_assert_num_queries):
    with django_assert_num_queries(1):
        calendar().add(local("2026-11-23 09:00"), 4 * HOUR)
        calendar().between(local("2026-11-23 09:00"), local("2026-12-23 09:00"))
