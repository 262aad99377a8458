"""What administrators do over HTTP: start, messages, timers, data, incidents."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from engine import operations, outbox, worker
from engine.exceptions import BusinessError
from engine.models import Incident, Job, JobKind, OutboxMessage, ProcessInstance
from engine.pictures import variables
from tests.casework import MONDAY

pytestmark = pytest.mark.django_db


def test_a_timer_is_moved(api, submitted) -> None:
    result = submitted("qiuzhiyuan")
    admin = api("admin")
    address = f"instances/{result.instance}"
    timer = admin.get(f"{address}/timers/").json()["results"][0]
    later = timezone.now().replace(microsecond=0) + timedelta(days=9)
    moved = admin.post(
        f"{address}/reschedule/", {"task_id": timer["task_id"], "due_at": later.isoformat()}
    )
    assert moved.status_code == 200
    timers = admin.get(f"{address}/timers/").json()["results"]
    (found,) = [row for row in timers if row["task_id"] == timer["task_id"]]
    assert parse_datetime(found["due_at"]) == later


def test_data_is_mended_with_a_reason_and_the_trail_says_so(api, submitted) -> None:
    result = submitted("qiuzhiyuan")
    admin = api("admin")
    address = f"instances/{result.instance}"
    assert admin.post(f"{address}/variables/", {"variables": {"text": "x"}}).status_code == 422
    body = {"variables": {"text": "改过"}, "reason": "写错了"}
    assert admin.post(f"{address}/variables/", body).status_code == 200
    assert admin.get(f"{address}/variables/").json()["text"] == "改过"
    trail = admin.get(f"{address}/trail/", limit=100).json()["results"]
    assert (trail[-1]["event"], trail[-1]["said"]) == ("variables.set", "写错了")
    history = admin.get(f"{address}/variables/history/", limit=100).json()["results"]
    assert [row["value"] for row in history if row["name"] == "text"][-1] == "改过"


def test_mended_data_keeps_its_types(api, submitted) -> None:
    result = submitted("qiuzhiyuan")
    admin = api("admin")
    address = f"instances/{result.instance}/variables/"
    before = variables(ProcessInstance.objects.get(pk=result.instance))
    shown = admin.get(address).json()
    same = {"variables": shown, "reason": "原样保存"}
    assert admin.post(address, same).status_code == 200
    assert variables(ProcessInstance.objects.get(pk=result.instance)) == before
    for value in ("much", [1], True, "\x00"):
        refused = admin.post(address, {"variables": {"amount": value}, "reason": "x"})
        assert (refused.status_code, list(refused.json()["errors"])) == (422, ["amount"])
    assert admin.get(address).json() == shown


def test_a_case_is_terminated(api, submitted) -> None:
    result = submitted("qiuzhiyuan")
    admin = api("admin")
    address = f"instances/{result.instance}/terminate/"
    assert admin.post(address, {"reason": "作废"}).json()["state"] == "terminated"
    assert admin.post(address, {"reason": "作废"}).json()["code"] == "wrong_state"
    assert api("shanlina").get("tasks/counts/").json()["total"] == 0


def test_a_message_reaches_the_case_that_waits_for_it(api, submitted) -> None:
    submitted("qiuzhiyuan")
    admin = api("admin")
    body = {"message": "withdraw", "key": "requests.request:0", "payload": {}}
    assert admin.post("messages/", body).json()["code"] == "nothing_caught"
    key = admin.get("instances/").json()["results"][0]["business_key"]
    assert admin.post("messages/", {**body, "key": key}).status_code == 200


def test_cases_are_found_by_their_filters(api, submitted, company) -> None:
    wanted = submitted("qiuzhiyuan").instance
    submitted("xiexiaomei")
    admin = api("admin")
    key = admin.get(f"instances/{wanted}/").json()["business_key"]
    for query in ({"business_key": key}, {"starter": company["qiuzhiyuan"]}):
        rows = admin.get("instances/", **query).json()["results"]
        assert [row["id"] for row in rows] == [wanted]
    running = admin.get("instances/", key="general_request", state="active").json()["results"]
    assert len(running) == 2
    assert admin.get("instances/", state="completed").json()["results"] == []
    assert admin.get("instances/", state="dancing").status_code == 422


def test_a_process_is_started_with_any_variables(api) -> None:
    body = {
        "key": "general_request",
        "business_key": "requests.request:900",
        "variables": {"document": "requests.request:900", "initiator": 3, "amount": 5},
        "card": {"subject": "试运行", "queue": "other"},
    }
    started = api("admin").post("instances/", body)
    assert started.status_code == 201, started.json()
    assert api("admin").post("instances/", {**body, "key": "nothing"}).status_code == 404


@pytest.mark.parametrize("amount", ["much", "1e400", {"a": 1}, True, 10**20])
def test_a_card_without_a_proper_amount_is_no_server_error(api, amount) -> None:
    body = {
        "key": "general_request",
        "business_key": "requests.request:901",
        "variables": {"document": "requests.request:901", "initiator": 3, "amount": amount},
    }
    assert api("admin").post("instances/", body).status_code in (201, 422)


@pytest.fixture
def incident(submitted, monkeypatch) -> Incident:
    """The reminder of a request fails however often it is tried."""

    def fail(context, **parameters):
        raise BusinessError("no_mail", "the mail server is away")

    remind = operations.registry["approval.remind"]
    monkeypatch.setitem(
        operations.registry._things, "approval.remind", replace(remind, function=fail)
    )
    submitted("qiuzhiyuan")
    moment = Job.objects.filter(kind=JobKind.TIMER).earliest("due_at").due_at
    while not Incident.objects.exists():
        worker.run_due_jobs(now=moment)
        moment += timedelta(minutes=10)
    monkeypatch.undo()
    return Incident.objects.get()


def test_an_incident_is_shown_with_its_cause_and_retried(api, incident) -> None:
    admin = api("admin")
    (listed,) = admin.get("incidents/").json()["results"]
    assert (listed["operation"], listed["state"]) == ("approval.remind", "open")
    assert "the mail server is away" in listed["message"]
    address = f"incidents/{incident.pk}"
    retried = admin.post(f"{address}/retry/").json()
    assert (retried["state"], retried["resolution"]) == ("resolved", "retried")
    assert retried["resolved_by"]["name"] == "系统管理员"
    assert admin.post(f"{address}/retry/").json()["code"] == "wrong_state"
    assert admin.get("incidents/").json()["results"] == []
    assert admin.get("incidents/", state="resolved").json()["results"] != []


def test_an_incident_is_skipped_with_a_result_for_what_failed(api, incident) -> None:
    results = [{"process": incident.process, "element": incident.element, "result": []}]
    skipped = api("admin").post(f"incidents/{incident.pk}/skip/", {"results": results})
    assert skipped.json()["resolution"] == "skipped"
    assert api("shanlina").get(f"incidents/{incident.pk}/").status_code == 403


def test_a_mail_of_no_case_is_an_incident_that_administrators_see(api) -> None:
    outbox.post([outbox.Mail("k", ("a@kangze.example",), "two\nlines", "…")], now=MONDAY)
    OutboxMessage.objects.update(attempts=4)
    outbox.drain(now=MONDAY)
    worker.run_due_jobs(now=MONDAY)
    admin = api("admin")
    (listed,) = admin.get("incidents/").json()["results"]
    assert (listed["instance"], listed["business_key"], listed["element"]) == (None, None, "")
    assert "a@kangze.example" in listed["message"]
    address = f"incidents/{listed['id']}"
    assert admin.get(f"{address}/").json() == listed
    OutboxMessage.objects.update(payload={"to": ["a@kangze.example"], "subject": "1", "text": "…"})
    assert admin.post(f"{address}/retry/").json()["resolution"] == "retried"
    worker.run_due_jobs(now=MONDAY)
    assert [sent.subject for sent in mail.outbox] == ["1"]
    assert api("shanlina").get(f"{address}/").status_code == 403
