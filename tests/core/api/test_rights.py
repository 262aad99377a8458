"""Who may call what, and who may see which case."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.core.access.actions import EVERYONE, Action
from apps.core.access.models import RoleGrant
from apps.core.api.permissions import KindRight, Right
from apps.core.api.urls import router
from apps.core.deploying import DEPLOY, SUBJECT
from apps.core.operating import CASES
from tests.core.conftest import task_of

pytestmark = pytest.mark.django_db

OPERATIONS = (  # for administrators and process administrators only
    "instances/{instance}/suspend/",
    "instances/{instance}/resume/",
    "instances/{instance}/terminate/",
    "instances/{instance}/variables/",
    "instances/{instance}/reschedule/",
    "instances/",
    "messages/",
)


def test_every_route_declares_a_right_for_each_of_its_actions() -> None:
    undeclared = {
        (pattern.name, action)
        for pattern in router.urls
        for action in pattern.callback.actions.values()
        if not isinstance(pattern.callback.cls.rights.get(action), Right | KindRight)
    }
    assert undeclared == set()


def test_no_right_is_declared_for_an_action_that_does_not_exist() -> None:
    routed: dict[type, set[str]] = {}
    for pattern in router.urls:
        routed.setdefault(pattern.callback.cls, set()).update(pattern.callback.actions.values())
    assert {view: set(view.rights) for view in routed} == routed


def test_an_action_without_a_declared_right_is_refused(api, monkeypatch) -> None:
    from apps.core.api.views.tasks import TaskViews

    assert api("shanlina").get("tasks/").status_code == 200
    monkeypatch.delitem(TaskViews.rights, "list")
    assert api("shanlina").get("tasks/").status_code == 403


@pytest.mark.parametrize("pattern", router.urls, ids=lambda pattern: str(pattern.pattern))
def test_nobody_gets_anything_without_logging_in(pattern) -> None:
    address = "/api/v1/" + str(pattern.pattern).strip("^$").replace("\\", "")
    for group in ("(?P<pk>[0-9]{1,18})", "(?P<version>[0-9]{1,9})", "(?P<number>[0-9]{1,9})"):
        address = address.replace(group, "1")
    address = address.replace("(?P<key>[^/]{1,100})", "x").replace("(?P<name>[^/]{1,120})", "x")
    client = Client()
    for method in set(pattern.callback.actions) - {"head"}:  # Django adds it when it is called
        answer = getattr(client, method)(address, content_type="application/json")
        assert answer.status_code == 401, (method, address)
        assert answer.json()["code"] == "not_authenticated"
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["WWW-Authenticate"] == "Bearer"


def test_people_see_the_cases_they_have_to_do_with_and_no_others(api, submitted) -> None:
    result = submitted("qiuzhiyuan")
    task = task_of(result)
    addresses = [
        f"instances/{result.instance}/{part}"
        for part in ("", "variables/", "variables/history/", "activities/", "timers/", "trail/")
    ]
    addresses.append(f"tasks/{task.pk}/")
    for username, status in (
        ("qiuzhiyuan", 200),  # submitted it
        ("shanlina", 200),  # is asked
        ("admin", 200),  # administers
        ("zhoumin", 404),
        ("zengguoqiang", 404),  # will be asked later
    ):
        client = api(username)
        found = {address: client.get(address).status_code for address in addresses}
        assert set(found.values()) == {status}, (username, found)
        listed = [row["id"] for row in client.get("instances/").json()["results"]]
        assert listed == ([result.instance] if status == 200 else [])


def test_who_handed_a_task_on_still_sees_the_case(api, submitted, company) -> None:
    result = submitted("qiuzhiyuan")
    task = task_of(result)
    head = api("shanlina")
    handed = head.post(f"tasks/{task.pk}/transfer/", {"to": company["zhoumin"]})
    assert handed.status_code == 204
    assert head.get(f"instances/{result.instance}/").status_code == 200
    assert api("zhoumin").get(f"tasks/{task.pk}/").json()["why"] != ""
    assert head.get(f"tasks/{task.pk}/").json()["may_act"] is False
    assert head.get("instances/").json()["results"] == []  # lists offer what is asked or decided


@pytest.mark.parametrize("address", OPERATIONS)
def test_operations_are_refused_to_ordinary_people(api, submitted, address: str) -> None:
    result = submitted("qiuzhiyuan")
    answer = api("qiuzhiyuan").post(address.format(instance=result.instance), {"reason": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_whoever_oversees_cases_reads_and_steers_nothing(api, submitted) -> None:
    RoleGrant.objects.create(role=EVERYONE, kind=CASES, action=Action.VIEW)
    client, instance = api("zhoumin"), submitted("qiuzhiyuan").instance
    for address in (f"instances/{instance}/", f"instances/{instance}/incidents/", "incidents/"):
        assert client.get(address).status_code == 200, address
    for address in (*OPERATIONS, "incidents/1/retry/", "incidents/1/skip/"):
        answer = client.post(address.format(instance=instance), {"reason": "x"})
        assert answer.status_code == 403, address


def test_whoever_is_granted_to_deploy_suspends_a_process(api) -> None:
    address = "definitions/general_request/suspend/"
    client = api("zhoumin")
    assert client.client.post(f"/api/v1/{address}").status_code == 403
    RoleGrant.objects.create(role=EVERYONE, kind=SUBJECT, action=DEPLOY)
    assert client.client.post(f"/api/v1/{address}").status_code == 200


def test_a_command_on_a_task_that_may_not_be_seen_finds_nothing(api, submitted) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    stranger = api("zhoumin")
    for command in ("claim", "complete", "transfer", "urge", "dates"):
        assert stranger.post(f"tasks/{task.pk}/{command}/", {"to": 1}).status_code == 404
    outcomes = stranger.post(
        "tasks/complete-many/", {"tasks": [task.pk, 999_999], "decision": "approve"}
    ).json()["outcomes"]
    assert [row["problem"]["code"] for row in outcomes] == ["not_found", "not_found"]


def test_seeing_a_task_is_not_deciding_it(api, submitted) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    answer = api("qiuzhiyuan").post(f"tasks/{task.pk}/complete/", {"decision": "approve"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_another_account_set_knows_nothing_of_it(submitted, signed_in, in_set) -> None:
    result = submitted("qiuzhiyuan")
    with in_set("t_two"):
        from apps.people.demo import make_people

        make_people()
    stranger = signed_in("admin", "t_two")
    assert stranger.get(f"/api/v1/instances/{result.instance}/").status_code == 404
    assert stranger.get("/api/v1/instances/").json()["results"] == []
    assert stranger.get("/api/v1/definitions/").json() == []


def test_a_session_needs_a_csrf_token_and_a_key_does_not(signed_in, key_api, company) -> None:
    by_session = signed_in("qiuzhiyuan")
    by_session.handler.enforce_csrf_checks = True
    body = {"subject": "会议", "amount": "5"}
    refused = by_session.post("/api/v1/requests/", body, content_type="application/json")
    assert refused.status_code == 403
    assert refused["Content-Type"] == "application/problem+json"
    by_key = key_api("qiuzhiyuan")
    by_key.client.handler.enforce_csrf_checks = True
    assert by_key.post("requests/", body).status_code == 201
