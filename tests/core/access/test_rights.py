"""What the rights of a user say."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db.models import F, Q

from apps.core.access.actions import EVERYONE, Action, Scope
from apps.core.access.rights import rights_of
from apps.people import services
from apps.people.models import Department, Employee, User
from engine.organisation import Role
from tests.core.access.conftest import NOTE
from tests.requests import request_under_way

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _company(company, note) -> None:
    """Everything here is about the demo company and its notes."""


def rights(username: str):
    return rights_of(User.objects.get(username=username).pk)


def employee(username: str) -> Employee:
    return Employee.objects.get(user__username=username)


def department(name: str) -> Department:
    return Department.objects.get(name=name)


def test_nobody_may_what_no_role_is_granted(grant):
    grant(Role.HR, Action.CHANGE)
    assert rights("yunxiaoyan").may(NOTE, Action.CHANGE)
    assert not rights("yunxiaoyan").may(NOTE, Action.VIEW)
    assert not rights("yunxiaoyan").may("tests.other", Action.CHANGE)
    assert not rights("chenhai").may(NOTE, Action.CHANGE)


def test_administrators_have_no_rights_of_their_own():
    assert not rights("admin").may(NOTE, Action.VIEW)
    assert rights("admin").scope(NOTE) is None


def test_everyone_who_may_log_in_holds_the_role_everyone(grant):
    grant(EVERYONE, Action.VIEW)
    assert rights("chenhai").may(NOTE, Action.VIEW)
    services.end_employment(employee=employee("chenhai"))
    assert not rights("chenhai").may(NOTE, Action.VIEW)
    assert rights("chenhai").roles == frozenset()
    assert rights("chenhai").within(NOTE) == Q(pk__in=())


def test_heads_hold_the_role_of_heads(grant):
    grant(Role.DEPARTMENT_HEAD, Action.VIEW)
    assert rights("shanlina").may(NOTE, Action.VIEW)
    assert not rights("qiuzhiyuan").may(NOTE, Action.VIEW)


def test_the_widest_scope_counts_of_roles_that_may_view(grant):
    grant(Role.SALES_MANAGER, Action.VIEW, scope=Scope.DEPARTMENT)
    grant(Role.REVIEWER, Action.VIEW, scope=Scope.TREE)
    grant(EVERYONE, Action.CHANGE, scope=Scope.ALL)
    assert rights("shanlina").scope(NOTE) is Scope.TREE
    assert rights("qiuzhiyuan").scope(NOTE) is None


def test_without_a_row_of_scope_one_sees_ones_own(grant):
    grant(EVERYONE, Action.VIEW)
    user = User.objects.get(username="qiuzhiyuan").pk
    assert rights("qiuzhiyuan").scope(NOTE) is Scope.OWN
    assert rights("qiuzhiyuan").within(NOTE) == Q(owner=user)


def seen(username: str) -> set[str]:
    """Whose rows the filter lets through, if every employee has one: owned, in their department."""
    given = rights(username)
    rows = Employee.objects.alias(owner=F("user_id")).filter(given.within(NOTE))
    found = set(rows.values_list("user__username", flat=True))
    assert found == {
        one.user.username
        for one in Employee.objects.select_related("user")
        if given.covers(NOTE, SimpleNamespace(owner_id=one.pk, department_id=one.department_id))
    }
    return found


EAST = {"qiuzhiyuan", "xiexiaomei"}
SALES = EAST | {"shanlina", "ouwenbin"}


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope.OWN, {"shanlina"}),
        (Scope.DEPARTMENT, {"shanlina"}),
        (Scope.TREE, SALES),
    ],
)
def test_a_role_held_everywhere_sees_by_the_department_of_the_user(grant, scope, expected):
    grant(Role.SALES_MANAGER, Action.VIEW, scope=scope)
    assert seen("shanlina") == expected
    assert seen("zhoumin") == set()


def test_a_role_held_in_a_department_sees_by_that_department(grant):
    grant(Role.ENGINEER, Action.VIEW, scope=Scope.TREE)
    services.grant_role(
        role=Role.ENGINEER, employee=employee("zhamin"), department=department("华东组")
    )
    assert seen("zhamin") == EAST | {"zhamin"}


def test_heads_see_by_the_departments_they_head(grant):
    grant(Role.DEPARTMENT_HEAD, Action.VIEW, scope=Scope.DEPARTMENT)
    services.name_head(department=department("华南组"), head=employee("zhamin"))
    assert seen("zhamin") == {"zhamin", "ouwenbin"}


def test_all_means_all(grant):
    grant(Role.HR, Action.VIEW, scope=Scope.ALL)
    assert len(seen("yunxiaoyan")) == 16


def test_one_sees_a_department_by_one_role_and_more_by_another(grant):
    grant(EVERYONE, Action.VIEW, scope=Scope.DEPARTMENT)
    grant(Role.SALES_MANAGER, Action.VIEW, scope=Scope.TREE)
    assert seen("qiuzhiyuan") == EAST
    assert seen("shanlina") == SALES


def test_rights_cost_two_queries_and_only_once_a_request(grant, django_assert_num_queries):
    grant(EVERYONE, Action.VIEW)
    user = User.objects.get(username="shanlina").pk
    with django_assert_num_queries(2):
        rights_of(user)
    with request_under_way(), django_assert_num_queries(2):
        assert rights_of(user) is rights_of(user)
    with django_assert_num_queries(2):
        rights_of(user)


def test_another_account_set_has_rights_of_its_own(grant, in_set):
    grant(EVERYONE, Action.VIEW)
    user = User.objects.get(username="shanlina").pk
    with request_under_way():
        assert rights_of(user).may(NOTE, Action.VIEW)
        with in_set("t_two"):
            assert not rights_of(user).may(NOTE, Action.VIEW)
