"""The route of an approval, its forms, and the labels of its decisions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from apps.core.approval import routes
from apps.core.approval.forms import DecideForm, NameApproversForm
from apps.core.parameters.models import ParameterValue
from apps.core.requests.forms import RequestForm, ReviseForm
from apps.people.models import Employee
from apps.people.services import end_employment
from engine import decisions, tasks
from engine.exceptions import InvalidData, NotAllowed
from engine.forms import FormTask, registry
from tests.core.conftest import task_of

A, B = 5, 6
ROWS = [
    {"level": 3, "role": "general_manager", "mode": "any", "threshold": 100},
    {"level": 1, "role": "department_head", "mode": "any", "threshold": 100},
    {"level": 2, "role": "finance", "mode": "all", "threshold": 100},
]


def said(user: int, decision: str = "approve", principal: int | None = None) -> routes.Vote:
    return {"user": user, "on_behalf_of": principal, "decision": decision}


# --- the route ------------------------------------------------------------------------------------
def test_levels_come_in_their_order():
    route = routes.plan(ROWS)
    assert [level["level"] for level in route["levels"]] == [1, 2, 3]
    assert (route["position"], route["outcome"]) == (0, "open")
    assert routes.current(route)["role"] == "department_head"


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [[], [{**ROWS[0], "role": "king"}], [{**ROWS[0], "mode": "most"}]])
def test_a_matrix_that_lets_nobody_decide_is_refused(rows):
    with pytest.raises(InvalidData):
        routes.plan(rows)


def test_a_route_is_replaced_and_never_changed():
    first = routes.plan(ROWS)
    second = routes.approve(first, asked=[], votes=[said(A)])
    assert "result" not in first["levels"][0]
    assert (second["levels"][0]["result"], second["position"]) == ("approved", 1)
    assert second["levels"][1] is first["levels"][1]


def test_those_who_approved_before_are_remembered_over_a_skipped_level():
    route = routes.approve(routes.plan(ROWS), asked=[], votes=[said(A, principal=B)])
    assert routes.approvers_before(route) == {A, B}
    assert routes.approvers_before(routes.skip(route)) == {A, B}
    rejected = routes.approve(routes.plan(ROWS), asked=[], votes=[said(A, "reject"), said(B)])
    assert routes.approvers_before(rejected) == {B}
    assert routes.approvers_before(routes.plan(ROWS)) == frozenset()


def test_a_role_was_asked_at_an_earlier_level_of_this_round():
    route = routes.approve(
        routes.plan(ROWS), asked=[{"user": A, "rule": "role", "role": "finance"}], votes=[said(A)]
    )
    assert routes.was_asked(route, "finance")
    assert not routes.was_asked(route, "hr")
    assert not routes.was_asked(routes.send_back(route, to=0), "finance")


def test_only_a_level_that_has_decided_is_gone_back_to():
    route = routes.skip(routes.approve(routes.plan(ROWS), asked=[], votes=[said(A)]))
    assert routes.levels_to_go_back_to(route) == [0]
    back = routes.send_back(route, to=0)
    assert (back["position"], back["outcome"]) == (0, "sent_back")
    assert all("result" not in level for level in back["levels"])
    for to in (1, 2, 3, -1):
        with pytest.raises(InvalidData):
            routes.send_back(route, to=to)


def test_a_refusal_ends_the_route_where_it_stands():
    route = routes.approve(routes.plan(ROWS), asked=[], votes=[said(A)])
    for outcome in ("rejected", "returned"):
        ended = routes.refuse(route, outcome, asked=[], votes=[said(B, "reject")])
        assert (ended["outcome"], ended["position"]) == (outcome, 1)
        assert ended["levels"][1]["result"] == outcome


# --- forms ----------------------------------------------------------------------------------------
def form_task(decision: str = "", user: int = A, **variables: Any) -> FormTask:
    return FormTask(
        task=1,
        instance=1,
        business_key="requests.request:1",
        process="p",
        element="e",
        user=user,
        decision=decision,
        variables=variables,
    )


def test_the_forms_are_registered_under_the_keys_of_the_diagrams():
    assert registry["approval.decide"] is DecideForm
    assert registry["approval.name_approvers"] is NameApproversForm
    assert registry["requests.revise"] is ReviseForm


def test_deciding_looks_at_no_variable():
    form = DecideForm({}, task=form_task("approve"))  # there is no route to look at
    assert form.is_valid()
    assert form.cleaned_data == {}


@pytest.mark.django_db
def test_sending_back_names_the_levels_that_have_decided(people):
    vote = said(people["shanlina"])
    route = routes.approve(routes.plan(ROWS), asked=[], votes=[vote])
    with override("en"):
        choices = DecideForm(task=form_task(route=route)).fields["to"].choices
    assert choices == [(0, "1 · Head of department (单丽娜)")]
    chosen = DecideForm({"to": "0"}, task=form_task("send_back", route=route))
    assert chosen.is_valid()
    assert chosen.cleaned_data == {"to": 0}


def test_sending_back_is_not_offered_at_the_first_level():
    form = DecideForm(task=form_task(route=routes.plan(ROWS)))
    assert form.not_offered == {"send_back"}
    assert list(form.fields) == []


@pytest.mark.django_db
def test_an_approver_is_named_among_those_who_can_log_in_but_the_initiator_and_oneself(people):
    end_employment(employee=Employee.objects.get(user_id=people["qinyong"]))
    task = form_task("assign", user=people["admin"], initiator=people["chenhai"])
    for names in ([], ["chenhai"], ["qinyong"], ["admin"], ["linjing", "chenhai"]):
        form = NameApproversForm({"approvers": [people[name] for name in names]}, task=task)
        assert list(form.errors) == ["approvers"]
    form = NameApproversForm({"approvers": [people["linjing"]]}, task=task)
    assert form.is_valid()
    assert form.cleaned_data == {
        "approvers": [{"user": people["linjing"], "found": "assigned", "by": people["admin"]}]
    }


def test_revising_begins_with_what_was_submitted():
    before = {"subject": "椅子", "amount": Decimal("5.10"), "text": "x"}
    form = ReviseForm(task=form_task(**before))
    assert {name: form[name].value() for name in before} == before
    changed = {**before, "amount": "7"}
    form = ReviseForm(changed, task=form_task("resubmit", **before))
    assert form.is_valid()
    assert form.cleaned_data == {**before, "amount": Decimal(7)}


def test_giving_up_needs_nothing():
    form = ReviseForm({}, task=form_task("abandon"))
    assert form.is_valid()
    assert form.cleaned_data == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", ""),
        ("subject", "x" * 201),
        ("amount", ""),
        ("amount", "-1"),
        ("amount", "1.234"),
        ("amount", "NaN"),
        ("text", "x" * 4001),
    ],
)
def test_a_request_says_what_is_wanted(field, value):
    form = RequestForm({"subject": "椅子", "amount": "5", "text": "", field: value})
    assert list(form.errors) == [field]


# --- decisions ------------------------------------------------------------------------------------
def test_decisions_have_labels_in_the_readers_language():
    with override("en"):
        assert decisions.label("return") == "Send back"
        assert decisions.label("something") == "something"


# --- one's own documents --------------------------------------------------------------------------
@pytest.fixture
def own_allowed(company) -> None:
    """The firm lets people approve their own."""
    ParameterValue.objects.create(code="approval.own", value=True)


@pytest.mark.django_db
def test_nobody_is_asked_about_their_own_document(company, submitted) -> None:
    task = task_of(submitted("shanlina", 5))
    assert task.assignee == company["zengguoqiang"]
    with pytest.raises(NotAllowed):
        tasks.transfer(task.pk, to=company["shanlina"], by=company["zengguoqiang"])


@pytest.mark.django_db
def test_where_a_firm_allows_it_the_initiator_is_asked_like_anybody(
    company, submitted, own_allowed
) -> None:
    task = task_of(submitted("shanlina", 5))
    assert task.assignee == company["shanlina"]
    tasks.complete(task.pk, user=company["shanlina"], decision="approve")
    task.refresh_from_db()
    assert (task.decided_by, task.decision) == (company["shanlina"], "approve")


@pytest.mark.django_db
def test_an_open_task_follows_what_the_firm_settles(company, submitted) -> None:
    task = task_of(submitted("qiuzhiyuan", 5))
    give = {"to": company["qiuzhiyuan"], "by": company["shanlina"]}
    with pytest.raises(NotAllowed):
        tasks.transfer(task.pk, **give)
    own = ParameterValue.objects.create(code="approval.own", value=True)
    tasks.transfer(task.pk, **give)
    task.refresh_from_db()
    assert task.assignee == company["qiuzhiyuan"]
    own.delete()
    with pytest.raises(NotAllowed):
        tasks.complete(task.pk, user=company["qiuzhiyuan"], decision="approve")


@pytest.mark.django_db
def test_an_administrator_may_name_the_initiator_only_where_it_is_allowed(company) -> None:
    task = form_task("assign", user=company["admin"], initiator=company["chenhai"])
    chosen = {"approvers": [company["chenhai"]]}
    assert not NameApproversForm(chosen, task=task).is_valid()
    ParameterValue.objects.create(code="approval.own", value=True)
    assert NameApproversForm(chosen, task=task).is_valid()
