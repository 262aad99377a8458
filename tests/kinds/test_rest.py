"""The API of every kind: by the same forms, rights and services as the pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.core.access.actions import Action, Scope
from apps.core.access.subjects import subjects
from apps.core.kinds.registry import kinds
from tests.kinds.factories import make, typed

pytestmark = pytest.mark.django_db

FORBIDDEN = ("owner", "department", "state", "number", "approved_at", "created_by", "search_text")


class Api:
    def __init__(self, client: Client, key: str) -> None:
        kind = kinds[key]
        self.root = f"/api/v1/{kind.model._meta.app_label}/{kind.slug}/"
        self.client = client

    def send(self, method: str, path: str = "", body: Any = None) -> Any:
        return self.client.generic(
            method, f"{self.root}{path}", _json(body), content_type="application/json"
        )


def _json(body: Any) -> bytes:
    import orjson

    return b"" if body is None else orjson.dumps(body)


@pytest.fixture
def api(key, grant, client_of) -> Api:
    grant(key, Scope.OWN)
    return Api(client_of("qiuzhiyuan"), key)


def as_json(values: dict[str, Any]) -> dict[str, Any]:
    return {name: True if value == "on" else value for name, value in values.items()}


def test_what_is_read_can_be_sent_again(api, key) -> None:
    made = api.send("POST", body=as_json(typed(key)))
    assert made.status_code == 201, made.json()
    record = made.json()
    assert api.send("GET", f"{record['id']}/").json() == record

    sent = {name: record[name] for name in kinds[key].form_class.base_fields}
    for lines in kinds[key].lines:
        names = ["id", *lines.form_class.base_fields]
        sent[lines.related] = [{n: row[n] for n in names} for row in record[lines.related]]
    again = api.send("PUT", f"{record['id']}/", {**sent, "version": record["version"]})
    assert again.status_code == 200, again.json()
    for name in ("version", "changed_at"):
        record.pop(name, None)
    assert {name: again.json()[name] for name in record} == record

    old = api.send("PUT", f"{again.json()['id']}/", {**sent, "version": 0})
    assert (old.status_code, old.json()["code"]) == (409, "conflict")
    assert old.json()["by"]["name"] == "仇志远"
    assert api.send("PUT", f"{again.json()['id']}/", sent).status_code == 422  # which version?


def test_fields_that_nobody_types_are_not_taken(api, key, company) -> None:
    values = as_json(typed(key))
    made = api.send(
        "POST", body={**values, **dict.fromkeys(FORBIDDEN, "1"), "id": 10**9, "version": 7}
    )
    assert made.status_code == 201, made.json()
    stored = kinds[key].model.objects.get(pk=made.json()["id"])
    assert (stored.owner, stored.created_by) == (company["qiuzhiyuan"],) * 2
    assert (stored.version, stored.pk < 10**9) == (1, True)
    if kinds[key].is_document:
        assert (stored.state, stored.approved_at) == ("draft", None)
        assert stored.number != "1"


def test_nonsense_is_refused_with_a_problem(api, key) -> None:
    for body in ([], {"name": ["a"], "code": {}}, {name: {} for name in typed(key)}, {}):
        answer = api.send("POST", body=body)
        assert answer.status_code in (400, 422), body
        assert answer["Content-Type"] == "application/problem+json"


def test_each_command_needs_its_right(key, grant, client_of) -> None:
    record = make(key)
    api = Api(client_of("qiuzhiyuan"), key)
    commands: dict[str, list[tuple[str, str]]] = {
        Action.VIEW: [("GET", ""), ("GET", f"{record.pk}/")],
        Action.ADD: [("POST", ""), ("POST", f"{record.pk}/copy/")],
        Action.CHANGE: [("PUT", f"{record.pk}/")],
        Action.DELETE: [("DELETE", f"{record.pk}/")],
        Action.HAND_OVER: [("POST", f"{record.pk}/hand-over/")],
    }
    if kinds[key].is_document:
        commands[Action.VOID] = [("POST", f"{record.pk}/void/")]
    if kinds[key].is_document and kinds[key].approval:
        ends = [("POST", f"{record.pk}/{name}/") for name in ("close", "reopen")]
        commands[Action.CLOSE] = ends
    if kinds[key].approval:
        commands[Action.SUBMIT] = [("POST", f"{record.pk}/submit/")]
    for name, command in kinds[key].commands.items():
        commands.setdefault(command.action, []).append(("POST", f"{record.pk}/{name}/"))
    for action, calls in commands.items():
        grant(key, Scope.OWN, [one for one in subjects[key].actions if one != action])
        for method, path in calls:
            answer = api.send(method, path, {})
            assert answer.status_code in (403, 404) and answer.json()["code"] in (
                "not_allowed",
                "not_found",
            ), (action, path)
    record.refresh_from_db()
    assert record.version == 1


def test_commands(api, key) -> None:
    record = api.send("POST", body=as_json(typed(key))).json()
    copied = api.send("POST", f"{record['id']}/copy/")
    unique = any(
        f.unique for f in kinds[key].form_class._meta.model._meta.fields if f.name == "code"
    )
    if not kinds[key].copies:
        assert copied.status_code == 409, copied.json()
    elif not unique:
        assert copied.status_code == 201, copied.json()
        assert copied.json()["id"] != record["id"]
        assert copied.json()["version"] == 1
    refused = api.send("POST", f"{record['id']}/hand-over/", {"to": 10**9})
    assert refused.status_code == 422
    if kinds[key].is_document:
        voided = api.send("POST", f"{record['id']}/void/", {"reason": "写错了"})
        assert voided.json()["state"] == "void"
        assert api.send("DELETE", f"{record['id']}/").status_code == 409
    else:
        assert api.send("DELETE", f"{record['id']}/").status_code == 204
        assert api.send("GET", f"{record['id']}/").status_code == 404


def test_pages_follow_each_other(key, grant, client_of) -> None:
    rows = [make(key) for _number in range(5)]
    kinds[key].model.objects.exclude(pk__in=[row.pk for row in rows]).update(owner_id=1)
    grant(key, Scope.OWN)
    api = Api(client_of("qiuzhiyuan"), key)
    seen, address = [], f"{api.root}?limit=2&sort={kinds[key].columns[0]}"
    while address:
        answer = api.client.get(address).json()
        seen += [row["id"] for row in answer["results"]]
        address = answer["next"]
    assert sorted(seen) == sorted(row.pk for row in rows)
