"""Who is asked, why, and what happens when people change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.people import services
from apps.people.models import Department, Employee, RoleHolder
from engine import tasks
from engine.exceptions import InvalidData, NotAllowed
from engine.models import Decision, ProcessInstance
from tests.casework import MONDAY, Case, deploy_drawn
from tests.engine.bpmn.diagrams import line_of, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("any_form")]

ENGINEERS = "chenhai|wulei"
TO_COME = timedelta(days=1000)


@pytest.fixture
def ask(people):
    """A case with one task whose properties are given; `initiator` starts it."""

    def start(*, by: str = "qiuzhiyuan", given: dict | None = None, **properties) -> Case:
        asked = {"candidateGroups": None, "decisions": "done", **properties}
        deploy_drawn(line_of(user(**asked)))
        return Case(people, "process", by=by, initiator=people[by], **(given or {}))

    return start


def employee(name: str) -> Employee:
    return Employee.objects.get(user__username=name)


def away(principal: str, substitute: str, **over) -> None:
    services.appoint_substitute(
        principal=employee(principal),
        substitute=employee(substitute),
        **{"starts_at": MONDAY - TO_COME, "ends_at": MONDAY + TO_COME, **over},
    )


def why(case: Case) -> dict[str, dict]:
    return {case.names[int(user)]: reason for user, reason in case.open[0].assignment.items()}


# --- rules ----------------------------------------------------------------------------------------
def test_a_role_asks_all_who_hold_it(ask):
    case = ask(candidateGroups="engineer")
    assert case.who() == [ENGINEERS]
    assert why(case)["wulei"] == {"rule": "role", "role": "engineer"}


def test_several_roles_ask_the_holders_of_each(ask):
    assert ask(candidateGroups="engineer,hotline").who() == ["chenhai|wulei|yuejiayi"]


def test_a_role_within_a_department_asks_its_nearest_holders(ask):
    department = Department.objects.get(name="维修组")
    services.grant_role(role="engineer", employee=employee("zhamin"), department=department)
    case = ask(candidates="pool", given={"pool": {"role": "engineer", "department": department.pk}})
    assert case.who() == ["zhamin"]


def test_a_department_may_be_named_by_its_place_in_the_tree(ask):
    department = Department.objects.get(name="维修组")
    services.grant_role(role="engineer", employee=employee("zhamin"), department=department)
    for path in ("维修组", "服务部/维修组", "总经办/服务部/维修组"):
        case = ask(candidates="pool", given={"pool": {"role": "engineer", "department": path}})
        assert case.who() == ["zhamin"]
    for path in ("财务部/维修组", "工会"):
        with pytest.raises(InvalidData):
            ask(candidates="pool", given={"pool": {"role": "engineer", "department": path}})


def test_the_head_is_that_of_the_initiators_department(ask):
    assert ask(candidateGroups="department_head", by="chenhai").who() == ["yuchigang"]


def test_a_superior_is_asked(ask, people):
    case = ask(candidates="who", given={"who": {"superior_of": people["wulei"]}})
    assert case.who() == ["yuchigang"]
    assert why(case)["yuchigang"] == {"rule": "superior", "superior_of": people["wulei"]}


def test_an_expression_names_a_person_or_several(ask, people):
    assert ask(assignee="initiator").who() == ["qiuzhiyuan"]
    case = ask(candidates="who", given={"who": [people["qinyong"], {"role": "hr"}]})
    assert case.who() == ["qinyong|yunxiaoyan"]


@pytest.mark.parametrize("value", ["somebody", True, 1.5, {"name": "x"}])
def test_what_names_nobody_starts_nothing(ask, value):
    with pytest.raises(InvalidData):
        ask(candidates="who", given={"who": value})
    assert not ProcessInstance.objects.exists()


def test_a_role_held_by_nobody_lies_with_the_administrator(ask):
    case = ask(candidateGroups="warehouse,reviewer", by="shanlina")
    for holder in RoleHolder.objects.filter(role__in=["warehouse", "reviewer"]):
        services.withdraw_role(holder=holder)
    case.until(MONDAY)
    assert case.who() == ["admin"]
    assert why(case)["admin"] == {"rule": "nobody_found"}


def test_nobody_approves_what_they_have_submitted(ask):
    own = {"candidateGroups": "engineer", "category": "approval"}
    assert ask(by="wulei", **own).who() == ["chenhai"]
    assert ask(by="wulei", **{**own, "category": "work"}).who() == [ENGINEERS]


def test_handing_over_doesnt_lead_back_to_the_initiator(ask, people):
    case = ask(by="wulei", candidateGroups="engineer", category="approval")
    task = case.open[0].pk
    with pytest.raises(NotAllowed):
        tasks.transfer(task, to=people["wulei"], by=people["chenhai"], now=MONDAY)
    tasks.transfer(task, to=people["zhamin"], by=people["chenhai"], now=MONDAY)
    for command in (tasks.transfer, tasks.delegate, tasks.assign):
        with pytest.raises(NotAllowed):
            command(task, to=people["wulei"], by=people["zhamin"], now=MONDAY)
    away("zhamin", "wulei")
    assert case.until(MONDAY).who() == ["zhamin"]


# --- substitutes ----------------------------------------------------------------------------------
def test_a_substitute_is_asked_beside_whom_they_stand_for(ask, people):
    away("zhoumin", "baixue")
    case = ask(candidateGroups="finance")
    assert case.who() == ["baixue|zhoumin"]
    assert why(case)["baixue"] == {"rule": "substitute", "for": people["zhoumin"]}
    case.decide("baixue", "done")
    decision = Decision.objects.get()
    assert (decision.user, decision.on_behalf_of) == (people["baixue"], people["zhoumin"])
    (entry,) = case.trail("task.completed")
    assert (entry.actor, entry.data["on_behalf_of"]) == (people["baixue"], people["zhoumin"])


def test_the_initiator_is_no_substitute_in_their_own_case(ask):
    away("zhoumin", "qiuzhiyuan")
    assert ask(candidateGroups="finance", category="approval").who() == ["zhoumin"]


def test_substitutes_make_no_chain(ask):
    away("zhoumin", "baixue")
    away("baixue", "linjing")
    assert ask(candidateGroups="finance").who() == ["baixue|zhoumin"]


# --- when people change ---------------------------------------------------------------------------
def test_a_new_holder_of_a_role_is_asked_and_the_trail_says_so(ask, people):
    case = ask(candidateGroups="finance")
    services.grant_role(role="finance", employee=employee("baixue"))
    assert case.who() == ["zhoumin"]  # until the worker has come by
    assert case.until(MONDAY).who() == ["baixue|zhoumin"]
    (entry,) = case.trail("task.reassigned")
    assert entry.data["before"] == [people["zhoumin"]]
    assert set(entry.data["asked"]) == {str(people["zhoumin"]), str(people["baixue"])}


def test_whoever_no_longer_holds_the_role_is_no_longer_asked(ask):
    case = ask(candidateGroups="engineer")
    services.withdraw_role(
        holder=RoleHolder.objects.get(role="engineer", employee__user__username="wulei")
    )
    assert case.until(MONDAY).who() == ["chenhai"]


def test_a_new_head_of_the_department_takes_over(ask):
    case = ask(candidateGroups="department_head")
    services.name_head(
        department=Department.objects.get(name="华东组"), head=employee("xiexiaomei")
    )
    assert case.until(MONDAY).who() == ["xiexiaomei"]


def test_a_new_superior_takes_over(ask, people):
    case = ask(candidates="who", given={"who": {"superior_of": people["wulei"]}})
    services.name_superior(employee=employee("wulei"), superior=employee("chenhai"))
    assert case.until(MONDAY).who() == ["chenhai"]


def test_the_first_head_of_a_department_is_the_superior_of_its_people(ask, people):
    case = ask(candidates="who", given={"who": {"superior_of": people["qiuzhiyuan"]}})
    assert case.who() == ["shanlina"]
    department = Department.objects.get(name="华东组")
    services.name_head(department=department, head=employee("xiexiaomei"))
    assert case.until(MONDAY).who() == ["xiexiaomei"]
    services.end_employment(employee=employee("xiexiaomei"))
    assert case.until(MONDAY).who() == ["shanlina"]
    services.resume_employment(employee=employee("xiexiaomei"))
    assert case.until(MONDAY).who() == ["xiexiaomei"]


def test_whoever_is_hired_for_a_later_day_is_asked_when_it_comes(ask):
    first = timezone.localdate(MONDAY) + timedelta(days=1)
    hired = services.create_employee(
        username="newone",
        display_name="新",
        department=Department.objects.get(name="财务部"),
        hired_on=first,
    )
    services.grant_role(role="finance", employee=hired)
    case = ask(candidateGroups="finance")
    case.names[hired.pk] = "newone"
    assert case.until(MONDAY).who() == ["zhoumin"]
    services.announce_first_days(today=first)
    assert case.pass_time(days=1).who() == ["newone|zhoumin"]


def test_the_initiators_new_department_decides_from_then_on(ask):
    case = ask(candidateGroups="department_head", by="chenhai")
    claimed = ask(candidateGroups="department_head", by="chenhai")
    elsewhere = ask(candidateGroups="department_head", by="qiuzhiyuan")
    before = elsewhere.who()
    tasks.claim(claimed.open[0].pk, user=claimed.people["yuchigang"], now=MONDAY)
    services.transfer_employee(
        employee=employee("chenhai"), department=Department.objects.get(name="销售部")
    )
    assert case.until(MONDAY).who() == ["shanlina"]
    (entry,) = case.trail("task.reassigned")
    assert entry.data["before"] == [case.people["yuchigang"]]
    assert claimed.who() == ["shanlina"]
    assert elsewhere.who() == before
    assert not elsewhere.trail("task.reassigned")
    assert case.decide("shanlina", "done").ended("end")


def test_a_claimed_task_stays_with_whoever_claimed_it(ask, people):
    case = ask(candidateGroups="engineer")
    tasks.claim(case.open[0].pk, user=people["chenhai"], now=MONDAY)
    services.grant_role(role="engineer", employee=employee("zhamin"))
    assert case.until(MONDAY).who() == ["chenhai"]
    tasks.unclaim(case.open[0].pk, user=people["chenhai"], now=MONDAY)
    assert case.did().who() == ["chenhai|wulei|zhamin"]


def test_what_a_leaver_has_claimed_goes_back_to_the_pool(ask, people):
    case = ask(candidateGroups="engineer,hotline")
    tasks.claim(case.open[0].pk, user=people["chenhai"], now=MONDAY)
    services.end_employment(employee=employee("chenhai"))
    assert case.until(MONDAY).who() == ["wulei|yuejiayi"]


def test_a_substitute_begins_and_ends(ask):
    case = ask(candidateGroups="finance")
    away("zhoumin", "baixue", ends_at=MONDAY + timedelta(days=2))
    services.announce_substitutes(now=MONDAY)
    assert case.until(MONDAY).who() == ["baixue|zhoumin"]
    case.now += timedelta(days=3)
    services.announce_substitutes(now=case.now)
    assert case.until(case.now).who() == ["zhoumin"]


def test_a_delegated_task_comes_back_before_anybody_else_is_asked(ask, people):
    case = ask(candidateGroups="engineer")
    tasks.delegate(case.open[0].pk, to=people["zhamin"], by=people["chenhai"], now=MONDAY)
    services.grant_role(role="engineer", employee=employee("linjing"))
    assert case.until(MONDAY).who() == ["zhamin"]
    tasks.resolve(case.open[0].pk, user=people["zhamin"], now=MONDAY)
    assert case.did().who() == ["chenhai"]


def test_a_department_that_has_moved_keeps_no_other_change_from_being_made(ask):
    role = {"role": "engineer", "department": "服务部/维修组"}
    lost = ask(candidates="pool", given={"pool": role})
    other = ask(candidateGroups="hotline", by="zhamin")
    moved = Department.objects.get(name="维修组")
    services.move_department(department=moved, parent=Department.objects.get(name="销售部"))
    services.grant_role(role="hotline", employee=employee("qinyong"))
    assert other.until(MONDAY).who() == ["qinyong|yuejiayi"]
    assert lost.check().who() == ["admin"]
    assert why(lost)["admin"] == {"rule": "nobody_found"}


def test_whoever_is_no_id_names_nobody(ask):
    for who in ({"user": None}, {"superior_of": "boss"}, {"user": []}):
        with pytest.raises(InvalidData):
            ask(candidates="pool", given={"pool": who})


def test_a_delegated_task_comes_back_from_one_who_leaves(ask, people):
    case = ask(candidateGroups="engineer")
    tasks.delegate(case.open[0].pk, to=people["zhamin"], by=people["chenhai"], now=MONDAY)
    services.end_employment(employee=employee("zhamin"))
    assert case.until(MONDAY).who() == ["chenhai"]
    assert case.decide("chenhai", "done").ended("end")


def test_a_delegated_task_comes_back_to_those_who_are_asked_where_its_owner_has_left(ask, people):
    case = ask(candidateGroups="engineer,hotline")
    tasks.delegate(case.open[0].pk, to=people["zhamin"], by=people["chenhai"], now=MONDAY)
    services.end_employment(employee=employee("chenhai"))
    assert case.until(MONDAY).who() == ["zhamin"]
    tasks.resolve(case.open[0].pk, user=people["zhamin"], now=MONDAY)
    assert case.did().who() == ["wulei|yuejiayi"]


def test_an_administrator_does_not_decide_their_own_case_for_lack_of_others(ask, people):
    case = ask(by="admin", category="approval", candidates="who", given={"who": people["qinyong"]})
    services.end_employment(employee=employee("qinyong"))
    assert case.until(MONDAY).who() == ["admin"]  # to hand it to somebody who may decide
    with pytest.raises(NotAllowed):
        case.decide("admin", "done")
    services.grant_role(role="administrator", employee=employee("linjing"))
    assert case.until(MONDAY).who() == ["linjing"]
    assert case.decide("linjing", "done").ended("end")


def test_what_is_handed_to_somebody_absent_reaches_the_substitute(ask, people):
    case = ask(candidateGroups="engineer")
    away("zhamin", "linjing")
    tasks.transfer(case.open[0].pk, to=people["zhamin"], by=people["chenhai"], now=MONDAY)
    assert case.did().who() == ["linjing|zhamin"]
    assert why(case)["linjing"] == {"rule": "substitute", "for": people["zhamin"]}
    assert case.decide("linjing", "done").ended("end")
