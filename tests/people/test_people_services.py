"""Changes to the people, and what the engine is told of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from apps.accountsets.models import Session
from apps.accountsets.routing import in_account_set
from apps.people import services
from apps.people.models import Department, Employee, RoleHolder, Substitute, User
from engine.organisation import Role, organisation, people_changed

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> Iterator[list[tuple[set[int], set[str]]]]:
    """What the engine was told, in order: user ids and role codes."""
    messages: list[tuple[set[int], set[str]]] = []

    def note(sender: object, users: set[int], roles: set[str], **signal: object) -> None:
        assert transaction.get_connection().in_atomic_block
        messages.append((set(users), set(roles)))

    people_changed.connect(note)
    yield messages
    people_changed.disconnect(note)


def employee(name: str) -> Employee:
    return Employee.objects.select_related("user").get(user__username=name)


def department(name: str) -> Department:
    return Department.objects.get(name=name)


# --- departments --------------------------------------------------------------------------------
def test_the_tree_answers_what_lies_within(company):
    names = Department.objects.within(department("服务部")).values_list("name", flat=True)
    assert set(names) == {"服务部", "热线组", "外勤组", "维修组"}


def test_the_tree_answers_what_lies_above_the_nearest_first(company):
    above = Department.objects.above(department("热线组").pk).values_list("name", flat=True)
    assert list(above) == ["热线组", "服务部", "总经办"]


def test_a_moved_department_takes_those_below_along(company, told):
    services.move_department(department=department("服务部"), parent=department("销售部"))
    above = Department.objects.above(department("热线组").pk).values_list("name", flat=True)
    assert list(above) == ["热线组", "服务部", "销售部", "总经办"]
    assert organisation().superior(employee("yuchigang").pk) == employee("shanlina").pk
    concerned, roles = told[-1]
    assert concerned == {employee(n).pk for n in ("yuchigang", "yuejiayi", "chenhai", "wulei")}
    assert roles == set(Role.values)


def test_a_department_does_not_become_part_of_itself(company):
    for parent in ("服务部", "热线组"):
        with pytest.raises(ValidationError):
            services.move_department(department=department("服务部"), parent=department(parent))
    assert department("服务部").parent == department("总经办")


def test_a_department_at_the_top_has_a_name_of_its_own(company):
    with pytest.raises(ValidationError):
        services.create_department(name="总经办")


def test_naming_a_head_concerns_the_former_one_and_everybody_led_from_there(company, told):
    services.name_head(department=department("销售部"), head=employee("zhamin"))
    led = Employee.objects.filter(department__path__startswith=department("销售部").path)
    concerned = {employee("shanlina").pk, employee("zhamin").pk, *led.values_list("pk", flat=True)}
    assert told == [(concerned, {"department_head"})]


# --- employees ----------------------------------------------------------------------------------
def test_user_names_are_kept_in_lower_case_and_unique(company):
    sales = department("销售部")
    made = services.create_employee(username="NewOne", display_name="新", department=sales)
    assert made.user.username == "newone"
    with pytest.raises(ValidationError):
        services.create_employee(username="newONE", display_name="又", department=sales)


def test_without_a_password_nobody_logs_in(company):
    made = services.create_employee(
        username="new", display_name="新", department=department("销售部")
    )
    assert not made.user.has_usable_password()


def test_a_weak_password_is_refused(company):
    with pytest.raises(ValidationError):
        services.create_employee(
            username="new", display_name="新", department=department("销售部"), password="new"
        )
    assert not User.objects.filter(username="new").exists()


def test_superiors_do_not_go_in_a_circle(company):
    services.name_superior(employee=employee("qiuzhiyuan"), superior=employee("xiexiaomei"))
    for superior in ("qiuzhiyuan", "xiexiaomei"):
        with pytest.raises(ValidationError):
            services.name_superior(employee=employee("xiexiaomei"), superior=employee(superior))
    assert employee("xiexiaomei").superior is None


def test_whoever_leaves_is_signed_out_and_told_of(company, told, signed_in):
    client = signed_in("chenhai")
    services.end_employment(employee=employee("chenhai"))
    assert not Session.objects.exists()
    assert client.get("/password/").status_code == 302
    assert told == [({employee("chenhai").pk}, {"engineer", "representative", "department_head"})]


def test_a_leaving_is_entered_when_its_day_has_come(company):
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(ValidationError):
        services.end_employment(employee=employee("chenhai"), left_on=tomorrow)
    assert employee("chenhai").user.is_active


# --- roles --------------------------------------------------------------------------------------
def test_granting_a_role_twice_changes_nothing(company, told):
    for _ in range(2):
        services.grant_role(role=Role.HR, employee=employee("chenhai"))
    assert told == [({employee("chenhai").pk}, {"hr"})]
    assert RoleHolder.objects.filter(role=Role.HR).count() == 2


def test_a_role_that_is_withdrawn_is_told_of(company, told):
    services.withdraw_role(holder=RoleHolder.objects.get(role=Role.CASHIER))
    assert told == [({employee("baixue").pk}, {"cashier"})]
    assert organisation().holders(Role.CASHIER) == []


@pytest.mark.parametrize("role", ["department_head", "no_such_role", ""])
def test_only_roles_that_can_be_granted_are(company, role):
    with pytest.raises(ValidationError):
        services.grant_role(role=role, employee=employee("chenhai"))


def test_the_database_refuses_heads_among_the_holders(company):
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleHolder.objects.create(role="department_head", employee=employee("chenhai"))


# --- the first day of work ----------------------------------------------------------------------
@pytest.fixture
def today() -> date:
    """The day of this test: the run may have begun on the day before."""
    return timezone.localdate()


def hire(day: date | None, role: str = "finance") -> Employee:
    made = services.create_employee(
        username="newone", display_name="新", department=department("财务部"), hired_on=day
    )
    services.grant_role(role=role, employee=made)
    return made


def test_the_first_day_of_work_is_told_of_once_when_it_comes(company, told, today):
    tomorrow = today + timedelta(days=1)
    made = hire(tomorrow)
    services.name_head(department=department("华东组"), head=made)
    led = {made.pk, *department("华东组").employees.values_list("pk", flat=True)}
    told.clear()
    assert services.announce_first_days(today=today) == 0
    assert told == []
    assert services.announce_first_days(today=tomorrow) == 1
    assert told == [(led, {"finance", "department_head"})]
    assert services.announce_first_days(today=tomorrow + timedelta(days=1)) == 0
    assert len(told) == 1


@pytest.mark.parametrize("known", [False, True])
def test_whoever_works_here_at_once_is_not_told_of_again(company, told, today, known):
    hire(today if known else None)
    told.clear()
    assert services.announce_first_days(today=today + timedelta(days=1)) == 0
    assert told == []


def test_a_first_day_that_is_put_off_is_told_of_now_and_when_it_comes(company, told, today):
    tomorrow = today + timedelta(days=1)
    made = hire(today)
    told.clear()
    services.change_employee(
        employee=made, department=made.department, superior=None, position="", hired_on=tomorrow
    )
    assert told == [({made.pk}, {"finance", "department_head"})]
    assert services.announce_first_days(today=tomorrow) == 1


# --- substitutes --------------------------------------------------------------------------------
NOW = timezone.now()
DAY = timedelta(days=1)


def appoint(principal: str, substitute: str, starts_at=NOW, ends_at=NOW + DAY) -> Substitute:
    return services.appoint_substitute(
        principal=employee(principal),
        substitute=employee(substitute),
        starts_at=starts_at,
        ends_at=ends_at,
    )


def standing_in(*names: str, at=NOW) -> dict[str, str]:
    users = {employee(name).pk: name for name in names}
    found = organisation().substitutes(users, at=at)
    return {users[principal]: User.objects.get(pk=by).username for principal, by in found.items()}


def test_a_substitute_stands_in_from_the_first_moment_until_before_the_last(company):
    appoint("chenhai", "wulei")
    assert standing_in("chenhai", at=NOW - timedelta(seconds=1)) == {}
    assert standing_in("chenhai", at=NOW) == {"chenhai": "wulei"}
    assert standing_in("chenhai", at=NOW + DAY) == {}


def test_one_substitute_at_a_time(company):
    appoint("chenhai", "wulei")
    with pytest.raises(ValidationError):
        appoint("chenhai", "yuchigang", NOW + DAY / 2, NOW + 2 * DAY)
    appoint("chenhai", "yuchigang", NOW + DAY, NOW + 2 * DAY)
    assert standing_in("chenhai", at=NOW + 1.5 * DAY) == {"chenhai": "yuchigang"}


def test_nobody_stands_in_for_oneself_or_backwards_in_time(company):
    with pytest.raises(ValidationError):
        appoint("chenhai", "chenhai")
    with pytest.raises(ValidationError):
        appoint("chenhai", "wulei", NOW, NOW)


def test_a_substitute_who_has_left_stands_in_for_nobody(company):
    appoint("chenhai", "wulei")
    services.end_employment(employee=employee("wulei"))
    assert standing_in("chenhai") == {}


def test_beginning_and_end_are_told_of_once_each(company, told):
    both = ({employee("chenhai").pk, employee("wulei").pk}, set())
    appoint("chenhai", "wulei", NOW + DAY, NOW + 2 * DAY)
    assert told == []
    for moment, expected in [
        (NOW + DAY - timedelta(seconds=1), 0),
        (NOW + DAY, 1),
        (NOW + DAY, 1),
        (NOW + 2 * DAY, 2),
        (NOW + 3 * DAY, 2),
    ]:
        services.announce_substitutes(now=moment)
        assert told == [both] * expected


def test_an_early_return_ends_the_substitution(company, told):
    row = appoint("chenhai", "wulei")
    services.end_substitution(substitute=row, at=NOW + timedelta(hours=1))
    assert standing_in("chenhai", at=NOW + timedelta(hours=2)) == {}
    assert len(told) == 2
    later = appoint("chenhai", "wulei", NOW + DAY, NOW + 2 * DAY)
    services.end_substitution(substitute=later, at=NOW + timedelta(hours=2))
    assert not Substitute.objects.filter(pk=later.pk).exists()


# --- administrators -----------------------------------------------------------------------------
def test_the_first_administrator_of_an_empty_set_can_log_in(monkeypatch):
    monkeypatch.setattr(
        "apps.people.management.commands.create_administrator.getpass", lambda: "Only-4-tests"
    )
    call_command("create_administrator", "t_two", "First", stdout=StringIO())
    data = {"account_set": "t_two", "username": "first", "password": "Only-4-tests"}
    assert Client().post("/login/", data).status_code == 302
    with in_account_set("t_two"):
        user = User.objects.get(username="first")
        assert organisation().roles_of(user.pk) == {Role.ADMINISTRATOR, Role.PROCESS_ADMIN}
        assert user.employee.department.name == "t_two"
    assert not User.objects.filter(username="first").exists()


def test_an_administrator_of_no_account_set_is_refused():
    with pytest.raises(CommandError, match="nowhere"):
        call_command("create_administrator", "nowhere", "first")
