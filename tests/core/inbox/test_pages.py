"""Tasks and cases over HTTP: what pages show, and refuse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from apps.core.inbox.wording import due, moment, reason_text
from apps.people.models import RoleHolder
from engine.models import HumanTask, ProcessInstance, TaskState
from engine.organisation import Role
from tests.casework import deploy
from tests.contracts.factories import line, make_contract, make_product
from tests.core.conftest import task_of

pytestmark = pytest.mark.django_db

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def page(company: dict[str, int], signed_in: Callable[..., Client]) -> Callable[[str], Client]:
    """`page("shanlina")`: a browser of that user."""
    return signed_in


def test_pages_send_those_who_have_not_logged_in_to_the_login(client: Client) -> None:
    for address in ("/", "/approvals/", "/approvals/1/", "/instances/1/", "/requests/new/"):
        answer = client.get(address)
        assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/login/")


def test_what_may_not_be_seen_is_not_there(page, submitted) -> None:
    result = submitted("qiuzhiyuan")
    task = task_of(result)
    stranger = page("zhoumin")
    assert stranger.get(f"/approvals/{task.pk}/").status_code == 404
    assert stranger.get(f"/instances/{result.instance}/").status_code == 404
    for command in ("complete", "transfer", "claim", "nothing"):
        assert stranger.post(f"/approvals/{task.pk}/{command}").status_code == 404
    assert stranger.post(f"/instances/{result.instance}/withdraw").status_code == 404


def test_who_sees_a_task_and_is_not_asked_gets_no_buttons_and_decides_nothing(
    page, submitted
) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    initiator = page("qiuzhiyuan")
    shown = initiator.get(f"/approvals/{task.pk}/")
    assert not shown.context["decides"]
    assert [one.offered.code for one in shown.context["doings"]] == ["urge", "copy"]
    refused = initiator.post(f"/approvals/{task.pk}/complete", {"decision": "approve"})
    assert refused.status_code == 403
    task.refresh_from_db()
    assert task.state == TaskState.RESERVED


def test_a_case_names_its_document_and_leads_there(company, signed_in) -> None:
    contract = make_contract(line(make_product("UD-820", 1000), 3))
    deploy("contract_approval", "approval")
    client = signed_in("qiuzhiyuan")
    client.post(f"/contracts/sales-contracts/{contract.pk}/submit/", {"version": contract.version})
    case = ProcessInstance.objects.get(business_key=contract.business_key)
    shown = client.get(f"/instances/{case.pk}/").content.decode()
    address = f"/contracts/sales-contracts/{contract.pk}/"
    assert f'href="{address}">{contract.number}</a>' in shown


def test_commands_are_no_links(page, submitted) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    head = page("shanlina")
    assert head.get(f"/approvals/{task.pk}/complete").status_code == 405
    assert head.post(f"/approvals/{task.pk}/").status_code == 405
    assert head.get(f"/approvals/{task.pk}/transfer").status_code == 200  # only asks
    task.refresh_from_db()
    assert task.state == TaskState.RESERVED


def test_addresses_from_before_the_approval_center_lead_there(page) -> None:
    head = page("shanlina")
    assert head.get("/tasks/?view=done").url == "/approvals/?view=done"
    assert head.get("/tasks/7/").url == "/approvals/7/"
    assert head.post("/tasks/7/complete", {"decision": "approve"}).status_code == 404


def test_an_administrator_assigns_what_is_not_theirs(page, company, submitted) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    page("admin").post(
        f"/approvals/{task.pk}/assign", {"assign-to": company["zhoumin"], "assign-reason": ""}
    )
    task.refresh_from_db()
    assert task.assignee == company["zhoumin"]


@pytest.fixture
def pooled(page, company, submitted) -> HumanTask:
    """A task that two administrators could take: nobody is general manager any more."""
    RoleHolder.objects.filter(role=Role.GENERAL_MANAGER).delete()
    RoleHolder.objects.create(role=Role.ADMINISTRATOR, employee_id=company["zhoumin"])
    first = task_of(submitted("qiuzhiyuan", 150_000))
    page("shanlina").post(f"/approvals/{first.pk}/complete", {"decision": "approve"})
    return HumanTask.objects.get(state=TaskState.READY)


def test_a_task_of_several_people_is_claimed_and_put_back(page, pooled, company) -> None:
    admin, colleague = page("admin"), page("zhoumin")
    for client in (admin, colleague):
        (item,) = client.get("/approvals/", {"view": "claim"}).context["listing"].items
        assert item.id == pooled.pk
    claimed = admin.post(f"/approvals/{pooled.pk}/claim", {"seen_version": pooled.version})
    assert claimed.status_code == 302
    assert colleague.get("/approvals/", {"view": "claim"}).context["listing"].items == []
    late = colleague.post(f"/approvals/{pooled.pk}/claim", {"seen_version": pooled.version})
    assert late.status_code == 409
    assert "系统管理员" in late.content.decode()

    shown = admin.get(f"/approvals/{pooled.pk}/")
    assert "unclaim" in [one.offered.code for one in shown.context["doings"]]
    assert admin.post(f"/approvals/{pooled.pk}/unclaim").status_code == 302
    assert len(colleague.get("/approvals/", {"view": "claim"}).context["listing"].items) == 1


def test_an_approver_is_named_by_form(page, pooled, company) -> None:
    admin = page("admin")
    missing = admin.post(f"/approvals/{pooled.pk}/complete", {"decision": "assign"})
    assert missing.status_code == 422
    assert missing.context["form"].errors
    named = {"decision": "assign", "approvers": [company["zengguoqiang"]]}
    assert admin.post(f"/approvals/{pooled.pk}/complete", named).status_code == 302
    (item,) = page("zengguoqiang").get("/approvals/").context["listing"].items
    assert "仇志远" in item.facts


def test_a_typed_opinion_survives_a_form_that_is_refused(page, submitted, company) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    head = page("shanlina")
    refused = head.post(
        f"/approvals/{task.pk}/transfer", {"transfer-to": "", "transfer-reason": "我出差三天"}
    )
    assert refused.status_code == 422
    assert "我出差三天" in refused.content.decode()
    refused = head.post(
        f"/approvals/{task.pk}/add-approver",
        {"add-approver-to": company["qiuzhiyuan"], "add-approver-place": "parallel"},
    )
    assert refused.status_code == 403  # nobody decides their own case
    assert HumanTask.objects.count() == 1


def test_the_error_pages_need_neither_a_login_nor_the_database(client: Client) -> None:
    from django.test import RequestFactory

    from apps.core.inbox import errors

    with CaptureQueriesContext(connection) as queries:
        answer = errors.server_error(RequestFactory().get("/tasks/"))
        problem = errors.server_error(RequestFactory().get("/api/v1/tasks/"))
    assert len(queries) == 0
    assert answer.status_code == 500
    assert "Traceback" not in answer.content.decode()
    assert problem["Content-Type"] == "application/problem+json"


def test_who_is_refused_is_led_back_to_the_list_as_they_left_it(page) -> None:
    own = "/contracts/sales-contracts/"
    ways = {
        "": own,
        f"http://testserver{own}?state=draft": f"{own}?state=draft",
        f"http://elsewhere.example{own}?state=draft": own,
        "http://testserver/sales/leads/?state=draft": own,
    }
    client = page("qiuzhiyuan")
    for came, back in ways.items():
        answer = client.get(f"{own}999999/", headers={"Referer": came})
        assert answer.status_code == 404
        assert f'<a class="btn btn-primary" href="{back}">' in answer.content.decode(), came


def test_who_sent_something_is_led_back_to_where_they_sent_it_from(page, submitted) -> None:
    pk = task_of(submitted("qiuzhiyuan")).pk
    client, address = page("xiexiaomei"), f"/approvals/{pk}/?view=claim"
    for came, back in ((address, address), ("//evil.example/", "/evil.example/")):
        refused = client.post(
            f"/approvals/{pk}/complete",
            {"decision": "approve"},
            headers={"Referer": f"http://testserver{came}"},
        )
        assert refused.status_code == 404
        assert f'href="{back}"' in refused.content.decode()


def test_a_page_that_failed_may_be_tried_again() -> None:
    from django.test import RequestFactory

    from apps.core.inbox import errors

    failed = errors.server_error(RequestFactory().get("/approvals/?view=done"))
    assert 'href="/approvals/?view=done"' in failed.content.decode()
    sent = errors.server_error(RequestFactory().post("/approvals/1/complete"))
    assert "/approvals/1/complete" not in sent.content.decode()


NOW = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("at", "text", "tone"),
    [
        (datetime(2026, 11, 23, 15, 20, tzinfo=SHANGHAI), "Today 15:20", "today"),
        (datetime(2026, 11, 24, 9, 42, tzinfo=SHANGHAI), "Tomorrow 09:42", "later"),
        (datetime(2026, 11, 27, 9, 42, tzinfo=SHANGHAI), "11-27 09:42", "later"),
        (datetime(2027, 1, 4, 9, 0, tzinfo=SHANGHAI), "2027-01-04 09:00", "later"),
        (datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI), "Overdue: today 09:00", "overdue"),
        (datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI), "Overdue: 11-20 09:00", "overdue"),
    ],
)
def test_due_dates_are_told_as_people_say_them(at: datetime, text: str, tone: str) -> None:
    with override("en"):
        found = due(at, NOW)
    assert found is not None
    assert (found.text, found.tone) == (text, tone)
    assert due(None) is None
    assert moment(None) == ""


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ({"rule": "role", "role": "finance"}, "Holds the role Finance"),
        ({"rule": "substitute", "for": 1}, "Substitute of 曾国强"),
        (
            {"rule": "escalation", "superior_of": 1},
            "Superior of 曾国强, who has not decided in time",
        ),
        ({"rule": "nobody_found"}, "Nobody else could be found; an administrator decides"),
        ({"rule": "something_new"}, "Found by the process: something_new"),
    ],
)
def test_reasons_are_told_in_words(reason: dict, text: str) -> None:
    with override("en"):
        assert reason_text(reason, {1: "曾国强"}) == text
