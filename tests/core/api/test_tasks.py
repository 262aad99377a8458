"""Commands on tasks over HTTP, their errors, and the cost of an inbox page."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engine import batches
from engine.models import TrailEntry
from tests.core.conftest import task_of

pytestmark = pytest.mark.django_db


def test_the_loser_of_a_race_reads_who_was_faster_and_when(api, submitted) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    head = api("shanlina")
    address = f"tasks/{task.pk}/complete/"
    assert head.post(address, {"decision": "approve"}).status_code == 200
    late = head.post(address, {"decision": "reject", "opinion": "太贵"})
    problem = late.json()
    assert (late.status_code, problem["code"]) == (409, "conflict")
    assert problem["by"]["name"] == "单丽娜"
    assert problem["at"]
    assert "单丽娜" in problem["detail"]


def test_what_was_decided_is_found_by_process_decision_and_moment(api, submitted) -> None:
    head = api("shanlina")
    for decision in ("approve", "reject"):
        task = task_of(submitted("qiuzhiyuan"))
        body = {"decision": decision, "opinion": "说明"}
        assert head.post(f"tasks/{task.pk}/complete/", body).status_code == 200

    def decided(**asked: str) -> list[str]:
        answer = head.get("tasks/done/", **asked)
        assert answer.status_code == 200, answer.json()
        return [task["decision"] for task in answer.json()["results"]]

    assert decided() == ["reject", "approve"]
    assert decided(decisions="approve") == ["approve"]
    assert decided(process="general_request", before="2100-01-01T00:00:00Z") == decided()
    assert decided(process="contract_approval") == decided(since="2100-01-01T00:00:00Z") == []


def test_a_task_that_has_changed_since_it_was_seen_is_not_decided(api, submitted) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    head = api("shanlina")
    assert head.post(f"tasks/{task.pk}/dates/", {"priority": 90}).status_code == 204
    body = {"decision": "approve", "seen_version": task.version}
    assert head.post(f"tasks/{task.pk}/complete/", body).status_code == 409


def test_a_suspended_case_is_in_the_wrong_state(api, submitted) -> None:
    result = submitted("qiuzhiyuan")
    task = task_of(result)
    admin, head = api("admin"), api("shanlina")
    address = f"instances/{result.instance}"
    assert admin.post(f"{address}/suspend/", {"reason": "核查"}).json()["state"] == "suspended"
    refused = head.post(f"tasks/{task.pk}/complete/", {"decision": "approve"})
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")
    assert admin.post(f"{address}/resume/").json()["state"] == "active"
    assert head.post(f"tasks/{task.pk}/complete/", {"decision": "approve"}).status_code == 200


def test_an_unknown_decision_and_a_missing_opinion_name_their_fields(api, submitted) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    head = api("shanlina")
    for decision, field in (("dance", "decision"), ("reject", "opinion")):
        refused = head.post(f"tasks/{task.pk}/complete/", {"decision": decision})
        assert refused.status_code == 422
        assert list(refused.json()["errors"]) == [field]


def test_a_body_nested_too_deeply_is_refused(api, submitted) -> None:
    address = f"/api/v1/instances/{submitted('qiuzhiyuan').instance}/variables/"
    nested = "[" * 500 + "]" * 500
    body = f'{{"reason": "x", "variables": {{"a": {nested}}}}}'
    refused = api("admin").client.post(address, body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")


def test_fields_that_are_not_offered_change_nothing(api, submitted) -> None:
    result = submitted("qiuzhiyuan")
    task = task_of(result)
    body = {
        "decision": "approve",
        "data": {"amount": "1", "initiator": 1, "route": {}},
        "user": 1,
        "state": "completed",
    }
    assert api("shanlina").post(f"tasks/{task.pk}/complete/", body).status_code == 200
    variables = api("qiuzhiyuan").get(f"instances/{result.instance}/variables/").json()
    assert str(variables["amount"]) == "150000"


def test_delegating_comes_back_and_an_added_approver_decides_first(api, submitted, company) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    head, colleague = api("shanlina"), api("zhoumin")
    address = f"tasks/{task.pk}"
    assert head.post(f"{address}/delegate/", {"to": company["zhoumin"]}).status_code == 204
    assert colleague.post(f"{address}/resolve/", {"opinion": "可以"}).status_code == 204
    added = head.post(f"{address}/add-approver/", {"user": company["zhoumin"], "place": "before"})
    assert added.status_code == 200
    (first,) = added.json()["opened"]
    assert head.post(f"{address}/complete/", {"decision": "approve"}).status_code == 409
    assert colleague.post(f"tasks/{first}/complete/", {"decision": "approve"}).status_code == 200
    assert head.post(f"{address}/complete/", {"decision": "approve"}).status_code == 200


def test_many_tasks_are_decided_and_each_failure_says_why(api, submitted, company) -> None:
    tasks = [task_of(submitted("qiuzhiyuan", amount, f"会议 {amount}")).pk for amount in (1, 2, 3)]
    head = api("shanlina")
    head.post(f"tasks/{tasks[1]}/complete/", {"decision": "approve"})
    found = head.post("tasks/complete-many/", {"tasks": tasks, "decision": "approve"})
    assert found.status_code == 200
    answer = found.json()
    assert (answer["phase"], answer["done"], answer["failed"]) == ("done", 2, 1)
    failed = next(row for row in answer["outcomes"] if row["problem"])
    assert (failed["task"], failed["state"]) == (tasks[1], "failed")
    assert (failed["problem"]["code"], failed["problem"]["status"]) == ("conflict", 409)
    assert head.get(f"batches/{answer['batch']}/").json() == answer
    assert api("zhoumin").get(f"batches/{answer['batch']}/").status_code == 404
    told = TrailEntry.objects.filter(event="task.completed", data__batch=str(answer["batch"]))
    assert set(told.values_list("instance__tasks__decided_by", flat=True)) == {company["shanlina"]}
    assert told.count() == 2


def test_more_than_a_few_tasks_are_decided_after_the_answer(api, submitted, monkeypatch) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 1)
    tasks = [task_of(submitted("qiuzhiyuan", amount, f"会议 {amount}")).pk for amount in (1, 2)]
    head = api("shanlina")
    found = head.post("tasks/complete-many/", {"tasks": tasks, "decision": "approve"})
    answer = found.json()
    assert (found.status_code, answer["phase"], answer["waiting"]) == (202, "running", 2)
    assert batches.run_pending() == 1  # as the worker does
    answer = head.get(f"batches/{answer['batch']}/").json()
    assert (answer["phase"], answer["done"]) == ("done", 2)
    assert all(row["after"]["end_event"] for row in answer["outcomes"])


def test_an_inbox_page_costs_the_same_however_long_it_is(api, submitted) -> None:
    submitted("qiuzhiyuan")
    head = api("shanlina")
    head.get("tasks/")
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert len(head.get("tasks/").json()["results"]) == 1
    for number in range(5):
        submitted("xiexiaomei" if number % 2 else "ouwenbin")
    with CaptureQueriesContext(connection) as six:
        assert len(head.get("tasks/").json()["results"]) == 6
    assert len(six) == len(one)
    assert len(six) <= 6  # session, user, page of two statements, names


def test_pages_follow_each_other_without_gaps(api, submitted) -> None:
    wanted = [task_of(submitted("qiuzhiyuan")).pk for _number in range(5)]
    head = api("shanlina")
    page = head.get("tasks/", limit=2).json()
    seen = [row["id"] for row in page["results"]]
    while page["next"]:
        page = head.get(page["next"]).json()
        seen += [row["id"] for row in page["results"]]
    assert sorted(seen) == sorted(wanted)
    assert len(page["results"]) == 1
    before = head.get(page["previous"]).json()
    assert [row["id"] for row in before["results"]] == seen[2:4]


@pytest.mark.parametrize("cursor", ["x", "W10", "////", "eyJhIjoxfQ"])
def test_a_made_up_cursor_is_refused(api, cursor: str) -> None:
    answer = api("shanlina").get("tasks/", cursor=cursor)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_data")
