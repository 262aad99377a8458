"""Birthdays by both calendars."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from apps.sales.contacts.birthdays import in_coming_days, lunar_day, lunar_months, next_birthday
from apps.sales.models import Contact
from tests.kinds.factories import make


@pytest.mark.parametrize(
    ("month", "day", "lunar", "today", "kept"),
    [
        (8, 15, True, date(2026, 9, 1), date(2026, 9, 25)),  # mid-autumn
        (1, 1, True, date(2026, 2, 17), date(2026, 2, 17)),  # on the day itself
        (1, 1, True, date(2026, 2, 18), date(2027, 2, 6)),
        (12, 30, True, date(2026, 1, 1), date(2026, 2, 16)),  # the month has 29 days
        (12, 30, True, date(2024, 1, 1), date(2024, 2, 9)),  # it has 30
        (6, 10, True, date(2025, 7, 25), date(2026, 7, 23)),  # not in the leap month
        (2, 29, False, date(2027, 1, 1), date(2027, 2, 28)),
        (2, 29, False, date(2028, 1, 1), date(2028, 2, 29)),
        (12, 31, False, date(2026, 12, 31), date(2026, 12, 31)),
        (1, 1, False, date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_the_next_one_is_a_date(month, day, lunar, today, kept):
    assert next_birthday(month, day, lunar=lunar, today=today) == kept


def test_every_lunar_year_has_twelve_ordinary_months():
    for year in range(1950, 2060):
        assert sorted(lunar_months(year)) == list(range(1, 13))


def test_a_leap_month_has_no_birthdays():
    assert lunar_day(date(2025, 7, 20)) == (6, 26)
    assert lunar_day(date(2025, 8, 1)) is None  # the leap sixth month
    assert lunar_day(date(2025, 8, 23)) == (7, 1)


@pytest.mark.django_db
@pytest.mark.usefixtures("company")
def test_the_filter_and_the_date_agree():
    """Whoever the filter finds has the birthday in these days, and nobody else has."""
    customer = make("sales.customer")
    for month, day in ((1, 1), (2, 29), (4, 30), (8, 15), (12, 29), (12, 30), (6, 10), (11, 1)):
        for calendar in ("solar", "lunar"):
            if (month, day) == (2, 29) and calendar == "lunar":
                continue
            make(
                "sales.contact",
                customer=customer.pk,
                birth_month=month,
                birth_day=day,
                birth_calendar=calendar,
            )
    contacts = list(Contact.objects.all())
    for week in range(60):
        today = date(2025, 6, 1) + timedelta(days=7 * week)
        found = set(
            Contact.objects.filter(in_coming_days(6, today=today)).values_list("pk", flat=True)
        )
        due = {
            contact.pk
            for contact in contacts
            if next_birthday(
                contact.birth_month,
                contact.birth_day,
                lunar=contact.birth_calendar == "lunar",
                today=today,
            )
            <= today + timedelta(days=6)
        }
        assert found == due, today
