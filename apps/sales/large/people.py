"""The demo's people, and many more who sell: regions of the sales department, teams within them."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.hashers import make_password

from apps.people.demo import DEMO_PASSWORD, HIRED_ON, make_people
from apps.people.models import Department, Employee, RoleHolder, User
from apps.people.services import create_department
from apps.sales.large.texts import person
from engine.organisation import Role

MORE: Final = 60
REGIONS: Final = ("华东组", "华南组", "华北组", "华中组", "西南组", "西北组")
TEAMS: Final = ("一队", "二队")
SELL_ALREADY: Final = ("qiuzhiyuan", "xiexiaomei", "ouwenbin")

Seller = tuple[int, int]
"""User and department."""


def make_sellers() -> list[Seller]:
    """Everybody who owns something. The first of each region heads it."""
    make_people()
    sales = Department.objects.get(name="销售部")
    teams: list[Department] = []
    for name in REGIONS:
        region = Department.objects.filter(parent=sales, name=name).first()
        region = region or create_department(name=name, parent=sales)
        teams += [create_department(name=f"{name}{team}", parent=region) for team in TEAMS]
    password = make_password(DEMO_PASSWORD)  # made once: it is slow on purpose
    users = User.objects.bulk_create(
        User(username=f"sales{n:02d}", display_name="".join(person(n)), password=password)
        for n in range(1, MORE + 1)
    )
    staff = Employee.objects.bulk_create(
        Employee(
            user=user,
            department=teams[n % len(teams)],
            position="销售代表",
            hired_on=HIRED_ON,
        )
        for n, user in enumerate(users)
    )
    RoleHolder.objects.bulk_create(RoleHolder(role=Role.SALES, employee=one) for one in staff)
    for place in range(0, len(teams), len(TEAMS)):
        Department.objects.filter(pk=teams[place].parent_id).update(head=staff[place])
    others = Employee.objects.filter(user__username__in=SELL_ALREADY).order_by("pk")
    return [(one.pk, one.department_id) for one in (*others, *staff)]
