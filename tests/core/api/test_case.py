"""A person's whole case over HTTP, by session and by access key."""

from __future__ import annotations

import pytest

from engine.trail import verify_instances

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["api", "key_api"])
def login(request: pytest.FixtureRequest):
    """Both ways into the API."""
    return request.getfixturevalue(request.param)


def test_a_request_of_150000_is_approved_by_two_levels(login) -> None:
    initiator, head, manager = (login(name) for name in ("qiuzhiyuan", "shanlina", "zengguoqiang"))

    started = initiator.post(
        "requests/", {"subject": "购买设备", "amount": "150000.00", "text": "三台"}
    )
    assert started.status_code == 201
    instance = started.json()["instance"]

    waiting = initiator.get(f"instances/{instance}/").json()["waiting"]
    assert [row["people"] for row in waiting] == [["单丽娜"]]

    assert head.get("tasks/counts/").json() == {
        "total": 1,
        "to_claim": 0,
        "queues": {"other": 1},
    }
    (line,) = head.get("tasks/").json()["results"]
    assert (line["subject"], line["amount"]) == ("购买设备", "150000.00")
    task = head.get(f"tasks/{line['id']}/").json()
    assert [offer["code"] for offer in task["decisions"]] == ["approve", "reject", "return"]
    assert task["may_act"]
    assert task["why"]

    decided = head.post(
        f"tasks/{line['id']}/complete/",
        {"decision": "approve", "opinion": "同意", "seen_version": task["version"]},
    )
    assert decided.status_code == 200
    assert decided.json()["state"] == "active"
    (second,) = decided.json()["opened"]

    task = manager.get(f"tasks/{second}/").json()
    assert [field["name"] for field in task["form"]] == ["to", "straight"]
    decided = manager.post(f"tasks/{second}/complete/", {"decision": "approve"})
    assert decided.json()["state"] == "completed"
    assert decided.json()["end_event"] == "end_approved"

    trail = initiator.get(f"instances/{instance}/trail/", limit=100).json()["results"]
    said = [
        (row["actor"]["name"], row["said"]) for row in trail if row["event"] == "task.completed"
    ]
    assert said == [("单丽娜", "同意"), ("曾国强", "")]
    assert [row["seq"] for row in trail] == list(range(1, len(trail) + 1))
    assert list(verify_instances()) == []

    path = initiator.get(f"instances/{instance}/activities/", limit=100).json()["results"]
    assert "take_effect" in [row["element"] for row in path]
    assert {row["flow"] for row in path} >= {"submit", "to_approval", "approved"}


def test_sent_back_revised_and_submitted_again(login) -> None:
    initiator, head = login("qiuzhiyuan"), login("shanlina")
    started = initiator.post("requests/", {"subject": "会议", "amount": "800"}).json()
    (task,) = started["opened"]

    refused = head.post(f"tasks/{task}/complete/", {"decision": "return"})
    assert refused.status_code == 422
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "invalid_data"
    assert list(refused.json()["errors"]) == ["opinion"]

    body = {"decision": "return", "opinion": "请补充说明"}
    (revise,) = head.post(f"tasks/{task}/complete/", body).json()["opened"]
    form = {field["name"]: field for field in initiator.get(f"tasks/{revise}/").json()["form"]}
    assert form["subject"]["initial"] == "会议"
    assert form["amount"]["type"] == "decimal"

    data = {"subject": "部门会议", "amount": "900", "text": "说明"}
    again = initiator.post(f"tasks/{revise}/complete/", {"decision": "resubmit", "data": data})
    assert again.status_code == 200, again.json()
    variables = initiator.get(f"instances/{started['instance']}/variables/").json()
    assert (variables["subject"], variables["text"]) == ("部门会议", "说明")


def test_the_initiator_withdraws_before_anybody_has_decided(login) -> None:
    initiator, head = login("qiuzhiyuan"), login("shanlina")
    started = initiator.post("requests/", {"subject": "会议", "amount": "800"}).json()
    address = f"instances/{started['instance']}/withdraw/"

    assert head.post(address).json()["code"] == "not_allowed"
    withdrawn = initiator.post(address, {"reason": "写错了"})
    assert withdrawn.status_code == 200
    assert head.get("tasks/counts/").json()["total"] == 0
