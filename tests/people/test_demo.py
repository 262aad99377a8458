"""The people of the demo company."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.people.demo import DEMO_PASSWORD, make_people
from apps.people.models import Department, Employee, RoleHolder, Substitute, User
from engine.organisation import Role, organisation

pytestmark = pytest.mark.django_db
LOGINS = (
    "zengguoqiang shanlina qiuzhiyuan xiexiaomei ouwenbin zhamin yuchigang yuejiayi chenhai wulei"
    " zhoumin baixue linjing qinyong yunxiaoyan admin"
)


def test_everybody_may_log_in_with_the_demo_password(company):
    assert list(company) == LOGINS.split()
    assert all(user.check_password(DEMO_PASSWORD) for user in company.values())


def test_a_second_time_nothing_changes(company):
    counts = [model.objects.count() for model in (User, Employee, Department, RoleHolder)]
    User.objects.filter(username="wulei").update(display_name="吴雷")
    again = make_people(now=timezone.now() + timedelta(days=3))
    assert again["wulei"].display_name == "吴雷"
    assert {name: user.pk for name, user in again.items()} == {
        name: user.pk for name, user in company.items()
    }
    assert counts == [m.objects.count() for m in (User, Employee, Department, RoleHolder)]
    make_people()
    assert Substitute.objects.count() == 1


def test_every_role_is_held_by_somebody_and_exclusive_duties_by_different_people(company):
    held = {role: set(organisation().holders(role)) for role in Role.values}
    assert {role for role, users in held.items() if not users} == {Role.DEPARTMENT_HEAD.value}
    assert not held["finance"] & held["cashier"]
    assert not held["purchasing_manager"] & held["warehouse"]
    business = set(Role.values) - {"administrator", "process_admin", "department_head"}
    assert not held["administrator"] & set().union(*(held[role] for role in business))


def test_the_general_manager_is_away_for_three_days_of_next_week(company):
    make_people()
    principal = company["zengguoqiang"].pk
    row = Substitute.objects.get()
    assert timezone.localtime(row.starts_at).strftime("%A %H:%M") == "Monday 00:00"
    assert timedelta(0) < row.starts_at - timezone.now() <= timedelta(days=7)
    assert row.ends_at - row.starts_at == timedelta(days=3)
    assert organisation().substitutes([principal], at=timezone.now()) == {}
    found = organisation().substitutes([principal], at=row.starts_at)
    assert found == {principal: company["shanlina"].pk}
