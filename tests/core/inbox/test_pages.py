"""The plain inbox over HTTP: what pages cost, show, and refuse."""

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
from engine.models import HumanTask, TaskState
from engine.organisation import Role
from tests.core.conftest import task_of

pytestmark = pytest.mark.django_db

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def page(company: dict[str, int], signed_in: Callable[..., Client]) -> Callable[[str], Client]:
    """`page("shanlina")`: a browser of that user."""
    return signed_in


@pytest.mark.parametrize("view", ["todo", "claim", "started", "done"])
def test_a_list_costs_the_same_however_long_it_is(page, submitted, view: str) -> None:
    head = page("shanlina")

    def work() -> None:
        submitted("shanlina", 5, "单丽娜的申请")
        task = task_of(submitted("qiuzhiyuan", 5))
        head.post(f"/tasks/{task.pk}/complete", {"decision": "approve"})
        submitted("xiexiaomei")

    work()
    address = f"/tasks/?view={view}"
    head.get(address)
    with CaptureQueriesContext(connection) as short:
        head.get(address)
    for _number in range(3):
        work()
    head.get(address)  # says what has been done
    with CaptureQueriesContext(connection) as long:
        head.get(address)
    assert len(long) == len(short)
    assert len(long) <= 9


def test_the_pager_shows_every_row_once(page, submitted) -> None:
    for number in range(30):
        submitted("qiuzhiyuan", 5, f"申请 {number:02}")
    head = page("shanlina")
    first = head.get("/tasks/")
    second = head.get("/tasks/", {"cursor": first.context["next"]})
    seen = [row.subject for answer in (first, second) for row in answer.context["rows"]]
    assert (len(seen), len(set(seen))) == (30, 30)
    back = head.get("/tasks/", {"cursor": second.context["previous"]})
    assert [row.url for row in back.context["rows"]] == [row.url for row in first.context["rows"]]

    mine = page("qiuzhiyuan")
    first = mine.get("/tasks/", {"view": "started"})
    second = mine.get("/tasks/", {"view": "started", "cursor": first.context["next"]})
    assert len(first.context["rows"]) + len(second.context["rows"]) == 30


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "x"},
        {"cursor": "\x00"},
        {"queue": "\x00"},
        {"queue": "nothing"},
        {"view": "started", "cursor": "99999999999999999999999"},
        {"view": "done", "cursor": "2026-99-99"},
        {"view": "done", "cursor": "2026-11-23"},
    ],
)
def test_made_up_addresses_of_lists_are_no_server_error(page, query: dict[str, str]) -> None:
    assert page("shanlina").get("/tasks/", query).status_code in (200, 302)


def test_pages_send_those_who_have_not_logged_in_to_the_login(client: Client) -> None:
    for address in ("/", "/tasks/", "/tasks/1/", "/instances/1/", "/requests/new/"):
        answer = client.get(address)
        assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/login/")


def test_what_may_not_be_seen_is_not_there(page, submitted) -> None:
    result = submitted("qiuzhiyuan")
    task = task_of(result)
    stranger = page("zhoumin")
    assert stranger.get(f"/tasks/{task.pk}/").status_code == 404
    assert stranger.get(f"/instances/{result.instance}/").status_code == 404
    for command in ("complete", "transfer", "claim", "nothing"):
        assert stranger.post(f"/tasks/{task.pk}/{command}").status_code == 404
    assert stranger.post(f"/instances/{result.instance}/withdraw").status_code == 404


def test_who_sees_a_task_and_is_not_asked_gets_no_buttons_and_decides_nothing(
    page, submitted
) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    initiator = page("qiuzhiyuan")
    shown = initiator.get(f"/tasks/{task.pk}/")
    assert shown.context["buttons"] == []
    assert [one.code for one in shown.context["acts"]] == ["urge", "copy"]
    refused = initiator.post(f"/tasks/{task.pk}/complete", {"decision": "approve"})
    assert refused.status_code == 403
    task.refresh_from_db()
    assert task.state == TaskState.RESERVED


def test_commands_are_no_links(page, submitted) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    head = page("shanlina")
    assert head.get(f"/tasks/{task.pk}/complete").status_code == 405
    assert head.get(f"/tasks/{task.pk}/transfer").status_code == 405
    assert head.post(f"/tasks/{task.pk}/").status_code == 405


def test_an_administrator_assigns_what_is_not_theirs(page, company, submitted) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    page("admin").post(
        f"/tasks/{task.pk}/assign", {"assign-to": company["zhoumin"], "assign-reason": ""}
    )
    task.refresh_from_db()
    assert task.assignee == company["zhoumin"]


@pytest.fixture
def pooled(page, company, submitted) -> HumanTask:
    """A task that two administrators could take: nobody is general manager any more."""
    RoleHolder.objects.filter(role=Role.GENERAL_MANAGER).delete()
    RoleHolder.objects.create(role=Role.ADMINISTRATOR, employee_id=company["zhoumin"])
    first = task_of(submitted("qiuzhiyuan", 150_000))
    page("shanlina").post(f"/tasks/{first.pk}/complete", {"decision": "approve"})
    return HumanTask.objects.get(state=TaskState.READY)


def test_a_task_of_several_people_is_claimed_and_put_back(page, pooled, company) -> None:
    admin, colleague = page("admin"), page("zhoumin")
    for client in (admin, colleague):
        (row,) = client.get("/tasks/", {"view": "claim"}).context["rows"]
        assert row.claim.pk == pooled.pk
    claimed = admin.post(f"/tasks/{pooled.pk}/claim", {"seen_version": pooled.version})
    assert claimed.status_code == 302
    assert colleague.get("/tasks/", {"view": "claim"}).context["rows"] == []
    late = colleague.post(f"/tasks/{pooled.pk}/claim", {"seen_version": pooled.version})
    assert late.status_code == 409
    assert "系统管理员" in late.content.decode()

    shown = admin.get(f"/tasks/{pooled.pk}/")
    assert "unclaim" in [one.code for one in shown.context["acts"]]
    assert admin.post(f"/tasks/{pooled.pk}/unclaim").status_code == 302
    assert len(colleague.get("/tasks/", {"view": "claim"}).context["rows"]) == 1


def test_an_approver_is_named_by_form(page, pooled, company) -> None:
    admin = page("admin")
    missing = admin.post(f"/tasks/{pooled.pk}/complete", {"decision": "assign"})
    assert missing.status_code == 422
    assert missing.context["form"].errors
    named = {"decision": "assign", "approvers": [company["zengguoqiang"]]}
    assert admin.post(f"/tasks/{pooled.pk}/complete", named).status_code == 302
    (row,) = page("zengguoqiang").get("/tasks/").context["rows"]
    assert row.who == "仇志远"


def test_a_typed_opinion_survives_a_form_that_is_refused(page, submitted, company) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    head = page("shanlina")
    refused = head.post(
        f"/tasks/{task.pk}/transfer", {"transfer-to": "", "transfer-reason": "我出差三天"}
    )
    assert refused.status_code == 422
    assert "我出差三天" in refused.content.decode()
    refused = head.post(
        f"/tasks/{task.pk}/add-approver",
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
