"""Whatever is appointed: a substitute is never wider than the principal; there are no chains."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.people import services
from apps.people.demo import STAFF
from apps.people.models import Employee, Substitute
from engine.organisation import organisation

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 23, tzinfo=UTC)
HOURS = st.integers(0, 48)
PEOPLE = st.integers(0, 4)
APPOINTMENTS = st.lists(st.tuples(PEOPLE, PEOPLE, HOURS, HOURS), max_size=8)


def at(hours: int) -> datetime:
    return START + timedelta(hours=hours)


@given(appointments=APPOINTMENTS, hour=HOURS, gone=st.sets(PEOPLE, max_size=1))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_substitutes(company, appointments, hour, gone):
    Substitute.objects.all().delete()
    users = [company[person.username].pk for person in STAFF[:5]]
    employees = Employee.objects.in_bulk(users)
    roles = {user: organisation().roles_of(user) for user in users}
    accepted = []
    for principal, substitute, first, last in appointments:
        try:
            services.appoint_substitute(
                principal=employees[users[principal]],
                substitute=employees[users[substitute]],
                starts_at=at(first),
                ends_at=at(last),
            )
        except ValidationError:
            continue
        accepted.append((users[principal], users[substitute], at(first), at(last)))
    for index in gone:
        services.end_employment(employee=employees[users[index]])

    found = organisation().substitutes(users, at=at(hour))

    able = organisation().active(users)
    assert found == {
        principal: substitute
        for principal, substitute, first, last in accepted
        if first <= at(hour) < last and substitute in able
    }
    standing = organisation().standing(users, at=at(hour))
    assert standing == {user: found.get(user) for user in able}
    # Never wider: being a substitute gives no role, and asking for nobody finds nobody.
    assert all(organisation().roles_of(user) == roles[user] for user in users if user in able)
    assert organisation().substitutes([], at=at(hour)) == {}
    # No chains: a substitute who is away too hands nothing on.
    for principal, substitute in found.items():
        assert organisation().substitutes([principal], at=at(hour)) == {principal: substitute}
    for index in gone:
        services.resume_employment(employee=employees[users[index]])
