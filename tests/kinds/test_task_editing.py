"""A task whose form names `editable` fields edits the document of its case, by the kind's rules and
rights, together with the decision or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.contracts.models import SalesContract
from apps.core.access.models import RoleGrant
from apps.core.history.tracking import events_of
from apps.core.kinds.checks import check_kinds
from apps.core.kinds.registry import kind_of
from apps.core.kinds.task_editing import EditingForm
from engine import instances, tasks
from engine.models import Decision, HumanTask, TaskState, TrailEntry, TrailEvent
from engine.operations import Context
from engine.trail import verify_instances
from tests.casework import Registered, deploy_drawn, registered
from tests.contracts.factories import instalment, line, make_contract, make_customer, make_product
from tests.engine.bpmn.diagrams import chain, end, process, service, start, user

__all__ = ["registered"]
pytestmark = pytest.mark.django_db
OWNER, COLLEAGUE = "qiuzhiyuan", "xiexiaomei"


class ScheduleForm(EditingForm):
    """Where and when it is delivered, to whom, and at which price after all."""

    edits = SalesContract
    editable = ("delivery_on", "delivery_place", "customer", "discount")


@pytest.fixture
def deal(company) -> SalesContract:
    """A draft of 仇志远 over 1,130."""
    made = make_contract(line(make_product(), 1), instalments=[instalment(40), instalment(60)])
    return SalesContract.objects.get(pk=made.pk)


Begin = Callable[..., HumanTask]


@pytest.fixture
def begin(company, registered: Registered) -> Begin:
    """`begin(deal)`: the task of `user` about that contract; what follows may fail."""

    def follow(context: Context) -> str:
        if context.decided and context.decided.code == "reject":
            raise ValueError("the printer is on fire")
        return "done"

    registered.form("demo.schedule", ScheduleForm)
    registered.operation("demo.follow", follow)
    form = {"formKey": "demo.schedule", "decisions": "approve,reject", "assignee": "me"}
    deploy_drawn(
        process(
            start()
            + user(candidateGroups=None, variables="delivery_place", **form)
            + service("follow", "demo.follow", "outcome")
            + end()
            + chain("start", "task", "follow", "end")
        )
    )

    def start_case(deal: SalesContract, username: str = OWNER) -> HumanTask:
        me = company[username].pk
        result = instances.start(
            "process", business_key=deal.business_key, variables={"me": me}, starter=me
        )
        return HumanTask.objects.get(pk=result.opened[0])

    return start_case


def send(client: Client, task: HumanTask, decision: str = "approve", **data: Any) -> Any:
    """Decide over REST."""
    body = json.dumps({"decision": decision, "data": data})
    return client.post(f"/api/v1/tasks/{task.pk}/complete/", body, "application/json")


def untouched(task: HumanTask, deal: SalesContract) -> bool:
    task.refresh_from_db()
    version, place, changes = deal.version, deal.delivery_place, history(deal).count()
    deal.refresh_from_db()
    assert not list(verify_instances())
    return (
        task.state in (TaskState.READY, TaskState.RESERVED)
        and not Decision.objects.exists()
        and (deal.version, deal.delivery_place) == (version, place)
        and changes == 1
    )


def history(deal: SalesContract) -> Any:
    return events_of(SalesContract).objects.filter(pgh_obj_id=deal.pk).order_by("pgh_id")


# --- over REST ------------------------------------------------------------------------------------
def test_a_program_sees_the_fields_with_their_values(deal, begin, signed_in) -> None:
    described = signed_in(OWNER).get(f"/api/v1/tasks/{begin(deal).pk}/").json()["form"]
    fields = {field["name"]: field for field in described}
    assert list(fields) == [*ScheduleForm.editable, "version"]
    assert fields["customer"]["initial"] == deal.customer_id
    assert fields["delivery_on"]["type"] == "date"
    assert fields["version"]["initial"] == deal.version


def test_what_is_typed_is_written_with_the_decision(company, deal, begin, signed_in) -> None:
    task, other = begin(deal), make_customer("昆山巴城医院")
    sent = {"delivery_place": "二号楼", "delivery_on": "2031-05-06", "customer": other.pk}
    answer = send(signed_in(OWNER), task, version=deal.version, discount="130", **sent)
    assert answer.status_code == 200, answer.content
    before = deal
    deal = SalesContract.objects.get(pk=deal.pk)
    assert (deal.delivery_place, deal.delivery_on) == ("二号楼", date(2031, 5, 6))
    assert (deal.customer, deal.version) == (other, before.version + 1)
    assert deal.gross == before.gross - 130  # worked out as after any save
    assert [each.percent for each in deal.instalments.all()] == [40, 60]
    assert deal.changed_by == company[OWNER]
    event = history(deal).last()
    assert (event.delivery_place, event.version) == ("二号楼", deal.version)
    assert event.pgh_context["user"] == company[OWNER].pk
    said = TrailEntry.objects.get(event=TrailEvent.TASK_COMPLETED).data["data"]
    assert said == {**sent, "discount": "130.00"} | {"discount": said["discount"]}
    assert Decimal(said["discount"]) == 130
    values = task.instance.values.filter(name="delivery_place")
    assert values.get().value == "二号楼"


def test_what_is_left_out_stays_and_nothing_typed_is_no_change(deal, begin, signed_in) -> None:
    assert send(signed_in(OWNER), begin(deal)).status_code == 200
    assert history(deal).count() == 1
    assert send(signed_in(OWNER), begin(deal), delivery_place="二号楼").status_code == 200
    changed = SalesContract.objects.get(pk=deal.pk)
    assert (changed.delivery_place, changed.customer) == ("二号楼", deal.customer)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("delivery_on", "31st of May"),
        ("customer", 10**9),
        ("customer", ""),
        ("discount", "-1"),
        ("delivery_place", "楼" * 500),
    ],
)
def test_the_rules_of_the_kind_hold(deal, begin, signed_in, field, value) -> None:
    task = begin(deal)
    refused = send(signed_in(OWNER), task, **{field: value})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, [field])
    assert untouched(task, deal)


def test_other_fields_are_not_open(deal, begin, signed_in) -> None:
    assert send(signed_in(OWNER), begin(deal), name="别的").status_code == 200
    assert SalesContract.objects.get(pk=deal.pk).name == deal.name


def test_a_document_that_has_changed_meanwhile(deal, begin, signed_in) -> None:
    task, seen = begin(deal), deal.version
    SalesContract.objects.update(version=seen + 1, delivery_place="一号楼")
    for data in ({"delivery_place": "二号楼"}, {}):
        refused = send(signed_in(OWNER), task, version=seen, **data)
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    deal.refresh_from_db()
    assert (deal.version, deal.delivery_place) == (seen + 1, "一号楼")
    assert not Decision.objects.exists()


def test_without_the_right_nothing_changes(deal, begin, signed_in) -> None:
    task, client = begin(deal), signed_in(OWNER)
    RoleGrant.objects.filter(kind=kind_of(deal).key, action="change").delete()
    refused = send(client, task, delivery_place="二号楼")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert untouched(task, deal)
    shown = client.get(reverse("desk:task", args=[task.pk])).context["form"]
    assert all(shown.fields[name].disabled for name in ScheduleForm.editable)
    assert send(client, task).status_code == 200  # whoever only decides needs no such right


def test_out_of_scope_nothing_changes(deal, begin, signed_in) -> None:
    task = begin(deal, COLLEAGUE)
    assert send(signed_in(COLLEAGUE), task, delivery_place="二号楼").status_code == 403
    assert untouched(task, deal)


def test_what_is_being_approved_stays_as_it_is(deal, begin, signed_in) -> None:
    task = begin(deal)
    SalesContract.objects.update(state="submitted")
    refused = send(signed_in(OWNER), task, delivery_place="二号楼")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")
    assert SalesContract.objects.get(pk=deal.pk).delivery_place == ""


def test_what_follows_fails_and_the_edit_is_undone(deal, begin, signed_in) -> None:
    task = begin(deal)
    refused = send(signed_in(OWNER), task, "reject", delivery_place="二号楼")
    assert (refused.status_code, refused.json()["code"]) == (422, "operation_failed")
    assert untouched(task, deal)


# --- many at once ---------------------------------------------------------------------------------
def test_many_at_once_each_by_itself(company, deal, begin) -> None:
    locked = make_contract(line(make_product("PM-2"), 1), customer=deal.customer)
    every = [begin(deal).pk, begin(locked).pk]
    SalesContract.objects.filter(pk=locked.pk).update(state="approved")
    typed = {"decision": "approve", "data": {"delivery_place": "二号楼"}}
    rehearsed = tasks.rehearse_many(every, user=company[OWNER].pk, **typed)
    assert [outcome.error is None for outcome in rehearsed] == [True, False]
    assert history(deal).count() == 1
    done = tasks.complete_many(every, user=company[OWNER].pk, **typed)
    assert [outcome.error is None for outcome in done] == [True, False]
    places = SalesContract.objects.order_by("pk").values_list("delivery_place", flat=True)
    assert list(places) == ["二号楼", ""]


def test_one_of_many_that_fails_later_leaves_its_document(company, deal, begin) -> None:
    (failed,) = tasks.complete_many(
        [begin(deal).pk],
        user=company[OWNER].pk,
        decision="reject",
        data={"delivery_place": "二号楼"},
    )
    assert failed.error is not None
    assert history(deal).count() == 1


# --- on the page ----------------------------------------------------------------------------------
def test_the_page_shows_the_kinds_own_fields_and_takes_them(deal, begin, signed_in) -> None:
    task, client = begin(deal), signed_in(OWNER)
    page = client.get(reverse("desk:task", args=[task.pk])).content.decode()
    assert f'name="customer-text" value="{deal.customer}"' in page
    assert 'type="date" name="delivery_on"' in page
    sent = {
        "decision": "approve",
        "seen_version": task.version,
        "version": deal.version,
        "customer": deal.customer_id,
        "customer-text": str(deal.customer),
        "delivery_on": "",
        "delivery_place": "二号楼",
        "discount": "0",
    }
    address = reverse("desk:complete", args=[task.pk])
    wrong = client.post(address, {**sent, "delivery_on": "x"})
    assert list(wrong.context["form"].errors) == ["delivery_on"]
    SalesContract.objects.update(version=deal.version + 1)
    stale = client.post(address, sent)
    assert stale.status_code == 409
    shown = stale.content.decode()
    assert f'name="version" value="{deal.version + 1}"' in shown
    assert 'value="二号楼"' in shown
    assert client.post(address, {**sent, "version": deal.version + 1}).status_code == 302
    assert SalesContract.objects.get(pk=deal.pk).delivery_place == "二号楼"


# --- declared wrong -------------------------------------------------------------------------------
def test_a_misspelt_field_is_told(registered: Registered) -> None:
    registered.form("demo.slip", type("SlipForm", (ScheduleForm,), {"editable": ("delivry_on",)}))
    registered.form("demo.lost", type("LostForm", (), {"editable": ("delivery_on",)}))
    assert sorted(problem.id for problem in check_kinds(None)) == ["kinds.E060", "kinds.E061"]
