"""Every address × method × kind of person, against the table of what it needs.

Whose rows somebody sees (own, department, tree, all) is asked of every kind by its contract suite
and of the filter itself in tests/core/access; here it is whether the door opens at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core.access.actions import Action, Scope
from apps.core.access.models import DataScope, RoleGrant
from apps.core.access.subjects import subjects
from apps.core.audit.models import AuditEntry
from apps.people import services
from apps.people.models import ConflictingRoles, Department, FirmRole, RoleHolder, User
from engine.organisation import Role
from tests.rights.routes import routes
from tests.rights.table import DECLARED, Door, Needs, Open, doors, expected

pytestmark = pytest.mark.django_db

METHODS = ("get", "post")
GUARDED = doors(routes())
MEMBERS = [
    Door(route, Needs("", Action.VIEW)) for route in routes() if expected(route) is Open.TO_MEMBERS
]
SHUT = (403, 404, 405)  # 405: the page has no such form
WRITES = ("INSERT", "UPDATE", "DELETE")
OWN_TABLES = ("accountsets_session", "axes_")


def test_every_address_is_declared():
    assert [route.name for route in routes() if expected(route) is None] == []


def test_no_line_of_the_table_is_about_nothing():
    names = {route.name for route in routes()}
    exact = {line for line in DECLARED if not line.endswith("*")}
    assert exact - names == set()


def test_what_a_view_guards_is_what_the_table_says():
    views = [door for door in GUARDED if hasattr(door.route.view, "right") and not door.of_kind]
    said = {door.route.name: door.route.view.right for door in views}
    table = {door.route.name: (door.needs.kind, str(door.needs.action)) for door in views}
    assert said == table


def test_every_right_of_a_kind_that_a_view_needs_exists():
    """An action that no kind has would shut its door for good."""
    actions = {action for key in subjects for action in subjects[key].actions}
    assert {door.needs.action for door in GUARDED} <= actions


@pytest.fixture
def parts(company) -> dict[str, dict[str, Any]]:
    """Parts of addresses: rows that exist."""
    firm = FirmRole.objects.create(code="firm_1", name="质检")
    holder = RoleHolder.objects.get(role=Role.CASHIER)
    user = company["wulei"].pk
    return {
        "people:act_on_user": {"pk": user, "act": "sign-out"},
        "people:*department": {"pk": Department.objects.get(name="华南组").pk},
        "people:rename_role": {"code": firm.code},
        "people:delete_role": {"code": firm.code},
        "people:withdraw_role": {"code": Role.CASHIER, "pk": holder.pk},
        "people:allow_together": {"pk": ConflictingRoles.objects.latest("pk").pk},
        "people:role": {"code": Role.HR},
        "people:rights": {"code": Role.HR},
        "": {"pk": user},
    }


def address(door: Door, parts: dict[str, dict[str, Any]]) -> str:
    name = door.route.name
    rows = "people:*department" if name.endswith("department") else name
    given = {"pk": 1, "place": "owner", "kind": door.needs.kind} if door.of_kind else None
    given = given or parts.get(rows) or parts[""]
    return reverse(name, kwargs={part: given.get(part, 1) for part in door.route.parts})


def ask(client: Client, method: str, where: str) -> tuple[int, list[str]]:
    """Status, and the statements that changed something; undone afterwards."""
    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        transaction.atomic(),
    ):
        answer = getattr(client, method)(where)
        transaction.set_rollback(True)
    changed = [
        query["sql"]
        for query in queries.captured_queries
        if query["sql"].startswith(WRITES) and not any(own in query["sql"] for own in OWN_TABLES)
    ]
    return answer.status_code, changed


@pytest.fixture
def only() -> Callable[..., None]:
    """`only("people.user", "view", to="everyone")`: all other grants are gone."""

    def give(kind: str, *actions: str, to: str = "everyone") -> None:
        RoleGrant.objects.all().delete()
        DataScope.objects.all().delete()
        for action in set(actions):
            RoleGrant.objects.create(role=to, kind=kind, action=action)
        DataScope.objects.create(role=to, kind=kind, scope=Scope.ALL)

    return give


def each(guarded: list[Door]) -> Iterator[tuple[Door, str]]:
    for door in guarded:
        for method in METHODS:
            yield door, method


def test_without_a_login_every_door_is_shut(company, parts):
    client = Client()
    for door, method in each([*GUARDED, *MEMBERS]):
        status, changed = ask(client, method, address(door, parts))
        assert (status, changed) == (302, []), (door.route.name, method)


def test_without_the_right_every_guarded_door_is_shut(company, parts, only, signed_in):
    """Somebody with all other rights of that kind, and with those of all other kinds."""
    client = signed_in("qiuzhiyuan")
    for door, method in each(GUARDED):
        need = door.needs
        missing = need.for_method(method)
        others = [action for action in subjects[need.kind].actions if action != missing]
        only(need.kind, *others)
        status, changed = ask(client, method, address(door, parts))
        assert status in SHUT, (door.route.name, method, status)
        assert changed == [], (door.route.name, method)


def test_with_the_right_every_guarded_door_opens(company, parts, only, signed_in):
    client = signed_in("qiuzhiyuan")
    for door, method in each(GUARDED):
        need = door.needs
        # What a form asks beside, such as choices, is for those who may fill one in.
        beside = (Action.ADD, Action.CHANGE) if door.of_kind else ()
        only(need.kind, Action.VIEW, need.action, need.for_method(method), *beside)
        status, _changed = ask(client, method, address(door, parts))
        # Rows of others aren't there: what is done with records their own tests ask.
        elsewhere = door.route.parts and not door.route.name.startswith("people:")
        opened = {200, 302, 405, 409, 422} | ({400, 404} if elsewhere else set())
        assert status in opened, (door.route.name, need.kind, method, status)


def test_the_role_of_administrators_opens_nothing_by_itself(company, parts, only, signed_in):
    client = signed_in("admin")
    only("nothing.at.all")
    for door, method in each(GUARDED):
        status, changed = ask(client, method, address(door, parts))
        assert status in SHUT, (door.route.name, method, status)
        assert changed == [], (door.route.name, method)


def test_somebody_disabled_is_turned_away_everywhere(company, parts, signed_in):
    client = signed_in("admin")
    User.objects.filter(username="admin").update(is_active=False)
    for door, method in each([*GUARDED, *MEMBERS]):
        status, changed = ask(client, method, address(door, parts))
        assert (status, changed) == (302, []), (door.route.name, method)


def state() -> list[Any]:
    """What somebody from elsewhere could have changed: people, roles, rights, and what is said of
    each change."""
    models = (User, Department, RoleHolder, RoleGrant, AuditEntry)
    return [list(model._base_manager.order_by("pk").values_list()) for model in models]


def test_an_administrator_of_another_account_set_changes_nothing_here(
    company, parts, signed_in, in_set
):
    with in_set("t_two"):
        services.create_administrator(
            username="admin", display_name="二", password="Only-4-tests", company="二"
        )
    client = signed_in("admin", "t_two")
    for door, method in each(GUARDED):
        where = address(door, parts)
        with in_set("t_one"):
            before = state()
        status = getattr(client, method)(where).status_code
        assert status < 500, (door.route.name, method)
        with in_set("t_one"):
            assert state() == before, (door.route.name, method)


@pytest.mark.parametrize("state", ["no role", "administrator"])
def test_what_is_open_to_members_answers_them(company, parts, only, signed_in, state):
    client = signed_in("admin" if state == "administrator" else "wulei")
    only("nothing.at.all")
    for door in MEMBERS:
        status, changed = ask(client, "get", address(door, parts))
        assert status in (200, 302, 403, 404, 405), (door.route.name, status)
        writes = [sql for sql in changed if "otp_totp" not in sql]
        assert writes == [], door.route.name
