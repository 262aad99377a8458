"""Who holds a role, who is whose superior, who stands in: answers given to the engine."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.people import services
from apps.people.models import Department, User
from engine.organisation import Role, organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(company):
    """Asks about people by user name instead of id."""

    class People:
        ids = {name: user.pk for name, user in company.items()}
        names = {user.pk: name for name, user in company.items()}

        def employee(self, name):
            return User.objects.get(username=name).employee

        def holders(self, role, department=None):
            asked = None if department is None else Department.objects.get(name=department).pk
            found = organisation().holders(role, department=asked)
            return [self.names[user] for user in found]

        def superior(self, name):
            found = organisation().superior(self.ids[name])
            return None if found is None else self.names[found]

    return People()


@pytest.mark.parametrize(
    ("department", "head"),
    [
        ("销售部", "shanlina"),
        ("华东组", "shanlina"),
        ("维修组", "yuchigang"),
        ("售前技术部", "zengguoqiang"),
        ("总经办", "zengguoqiang"),
    ],
)
def test_a_department_without_a_head_is_headed_by_the_next_one_up(people, department, head):
    assert people.holders(Role.DEPARTMENT_HEAD, department) == [head]


def test_a_head_who_has_left_counts_as_none(people):
    services.end_employment(employee=people.employee("shanlina"))
    assert people.holders(Role.DEPARTMENT_HEAD, "华东组") == ["zengguoqiang"]
    services.end_employment(employee=people.employee("zengguoqiang"))
    assert people.holders(Role.DEPARTMENT_HEAD, "华东组") == []


def test_heads_are_asked_for_by_department_only(people):
    assert people.holders(Role.DEPARTMENT_HEAD) == []


def test_holders_of_a_role_in_a_stable_order(people):
    assert people.holders(Role.ENGINEER) == ["chenhai", "wulei"]
    assert people.holders(Role.FINANCE) == ["zhoumin"]
    assert people.holders("no_such_role") == []


def test_holders_for_a_department_come_before_holders_everywhere(people):
    east, sales = (Department.objects.get(name=name) for name in ("华东组", "销售部"))
    for name, department in [("qiuzhiyuan", sales), ("xiexiaomei", east), ("shanlina", None)]:
        services.grant_role(
            role=Role.FINANCE, employee=people.employee(name), department=department
        )
    assert people.holders(Role.FINANCE, "华东组") == ["xiexiaomei", "qiuzhiyuan"]
    assert people.holders(Role.FINANCE, "华南组") == ["qiuzhiyuan"]
    assert people.holders(Role.FINANCE, "服务部") == ["shanlina", "zhoumin"]
    assert people.holders(Role.FINANCE) == ["shanlina", "qiuzhiyuan", "xiexiaomei", "zhoumin"]


def test_somebody_who_holds_a_role_twice_is_named_once(people):
    sales = Department.objects.get(name="销售部")
    employee = people.employee("zhoumin")
    services.grant_role(role=Role.FINANCE, employee=employee, department=sales)
    assert people.holders(Role.FINANCE) == ["zhoumin"]
    assert people.holders(Role.FINANCE, "华东组") == ["zhoumin"]


def test_who_has_left_holds_no_role(people):
    services.end_employment(employee=people.employee("wulei"))
    assert people.holders(Role.ENGINEER) == ["chenhai"]
    assert organisation().roles_of(people.ids["wulei"]) == frozenset()
    services.resume_employment(employee=people.employee("wulei"))
    assert people.holders(Role.ENGINEER) == ["chenhai", "wulei"]


def test_roles_of_a_person(people):
    roles = organisation().roles_of(people.ids["shanlina"])
    assert roles == {Role.SALES_MANAGER, Role.REVIEWER, Role.DEPARTMENT_HEAD}
    assert organisation().roles_of(people.ids["qinyong"]) == {Role.WAREHOUSE}
    assert organisation().roles_of(-1) == frozenset()


def test_the_chain_of_superiors_ends_at_the_top(people):
    chain, name = [], "ouwenbin"
    while name is not None:
        chain.append(name)
        name = people.superior(name)
    assert chain == ["ouwenbin", "shanlina", "zengguoqiang"]


def test_a_named_superior_comes_before_the_head(people):
    services.name_superior(
        employee=people.employee("ouwenbin"), superior=people.employee("qiuzhiyuan")
    )
    assert people.superior("ouwenbin") == "qiuzhiyuan"
    services.end_employment(employee=people.employee("qiuzhiyuan"))
    assert people.superior("ouwenbin") == "shanlina"


def test_somebody_who_is_no_employee_has_no_superior_and_no_department(people):
    user = User.objects.create(username="guest", display_name="客")
    assert organisation().superior(user.pk) is None
    assert organisation().department_of(user.pk) is None


def test_department_of_a_person(people):
    east = Department.objects.get(name="华东组")
    assert organisation().department_of(people.ids["qiuzhiyuan"]) == east.pk


def test_names_are_known_of_those_who_have_left_too(people):
    services.end_employment(employee=people.employee("wulei"))
    wulei, chenhai = people.ids["wulei"], people.ids["chenhai"]
    assert organisation().names([wulei, chenhai]) == {wulei: "吴磊", chenhai: "陈海"}
    assert organisation().active([wulei, chenhai]) == {chenhai}


def test_addresses_and_languages(people):
    wulei, chenhai = people.ids["wulei"], people.ids["chenhai"]
    User.objects.filter(pk=wulei).update(email="", language="en")
    assert organisation().addresses([wulei, chenhai]) == {chenhai: "chenhai@kangze.example"}
    assert organisation().languages([wulei, chenhai]) == {wulei: "en", chenhai: "zh-hans"}


def test_nobody_works_before_the_first_day(people):
    employee = people.employee("wulei")
    employee.hired_on = timezone.localdate() + timedelta(days=1)
    employee.save()
    assert people.holders(Role.ENGINEER) == ["chenhai"]
    assert organisation().active([employee.pk]) == frozenset()


def test_each_question_costs_few_queries(people, django_assert_max_num_queries):
    east = Department.objects.get(name="华东组").pk
    user = people.ids["qiuzhiyuan"]
    questions = {
        lambda: organisation().holders(Role.FINANCE): 1,
        lambda: organisation().holders(Role.FINANCE, department=east): 1,
        lambda: organisation().holders(Role.DEPARTMENT_HEAD, department=east): 1,
        lambda: organisation().superior(user): 2,
        lambda: organisation().roles_of(user): 3,
        lambda: organisation().substitutes(people.names, at=timezone.now()): 1,
        lambda: organisation().active(people.names): 1,
    }
    for ask, queries in questions.items():
        with django_assert_max_num_queries(queries):
            ask()
