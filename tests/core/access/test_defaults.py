"""Rights that roles have to begin with."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks

from apps.core.access.actions import EVERYONE, Action, Scope
from apps.core.access.defaults import declared_defaults, sync_grants
from apps.core.access.models import DataScope, RoleGrant
from apps.people import grants
from engine.organisation import Role

pytestmark = pytest.mark.django_db


def of(role: str, kind: str) -> set[str]:
    return set(RoleGrant.objects.filter(role=role, kind=kind).values_list("action", flat=True))


def test_a_new_account_set_has_the_defaults():
    for _module, role, kind, scope, actions in declared_defaults():
        assert of(role, kind) == actions
        assert DataScope.objects.get(role=role, kind=kind).scope == scope
    assert of(Role.ADMINISTRATOR, "people.user") == {"view", "add", "change"}


def test_writing_them_again_changes_nothing():
    before = set(RoleGrant.objects.values_list("role", "kind", "action"))
    assert sync_grants() == 0
    assert set(RoleGrant.objects.values_list("role", "kind", "action")) == before


def test_what_an_account_set_has_settled_stays():
    RoleGrant.objects.filter(role=Role.HR, kind="people.employee").delete()
    assert sync_grants() == 0
    assert of(Role.HR, "people.employee") == set()


def test_a_kind_that_came_later_gets_its_defaults(note, monkeypatch):
    more = {Role.HR: {note.key: (Scope.ALL, (Action.VIEW,))}}
    monkeypatch.setattr(grants, "DEFAULTS", more)
    assert sync_grants() == 1
    assert of(Role.HR, note.key) == {"view"}


def test_what_everyone_may_do_with_their_own_stays_settled_when_roles_get_it(note, monkeypatch):
    """An account set from before a role took over what everyone was granted."""
    more = {
        Role.SALES: {note.key: (Scope.OWN, (Action.VIEW, Action.CHANGE))},
        Role.ENGINEER: {note.key: (Scope.OWN, (Action.VIEW,))},
        Role.HR: {note.key: (Scope.ALL, (Action.VIEW,))},
    }
    DataScope.objects.create(role=EVERYONE, kind=note.key, scope=Scope.OWN)
    RoleGrant.objects.create(role=EVERYONE, kind=note.key, action=Action.VIEW)
    monkeypatch.setattr(grants, "DEFAULTS", more)
    assert sync_grants() == 1
    assert of(EVERYONE, note.key) == of(Role.HR, note.key) == {"view"}
    assert of(Role.SALES, note.key) == of(Role.ENGINEER, note.key) == set()


@pytest.mark.parametrize(
    ("defaults", "problem"),
    [
        ({"nobody": {"people.user": (Scope.ALL, (Action.VIEW,))}}, "access.role_unknown"),
        ({Role.HR: {"people.nothing": (Scope.ALL, (Action.VIEW,))}}, "access.kind_unknown"),
        ({Role.HR: {"people.user": (Scope.ALL, (Action.VOID,))}}, "access.action_unknown"),
    ],
)
def test_a_default_that_names_what_there_is_not_is_reported(monkeypatch, defaults, problem):
    monkeypatch.setattr(grants, "DEFAULTS", defaults)
    assert [found.id for found in run_checks(tags=["access"])] == [problem]


def test_the_defaults_of_all_apps_are_in_order():
    assert run_checks(tags=["access"]) == []
