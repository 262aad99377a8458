"""What lies outside of one's scope isn't there: whatever is sent to it, by whatever door."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from django.urls import reverse

from apps.core.access.actions import Scope
from apps.core.kinds.addresses import url_of
from apps.core.kinds.commands import commands_of
from apps.core.kinds.registry import kinds
from engine.models import ProcessInstance
from tests.kinds.factories import make
from tests.kinds.test_pages import form_of, state_of
from tests.rights.routes import routes

pytestmark = pytest.mark.django_db

METHODS = ("get", "post", "put", "patch", "delete")
NO_METHOD = 405
TOLD = {"sales.targetcompany": (409,)}
"""Kinds that all may look for: who has claimed one is told, and nothing else."""
PAGES = ("page", "edit", "copy", "preview_of")
PRINTED = ("printing:page", "printing:pdf")


def pages(kind, pk: int) -> Iterator[str]:
    """Every page of one record, commands and paper among them."""
    yield from (url_of(kind, name, pk) for name in (*PAGES, *commands_of(kind)))
    yield from (reverse(name, args=[kind, pk]) for name in PRINTED)


def calls(key: str) -> Iterator[tuple[str, str, str]]:
    """Name, method and action of all that the API does with one record."""
    for route in routes():
        if route.name.startswith(f"api:record-{key}-") and "pk" in route.parts:
            view: Any = route.view
            yield from ((route.name, method, name) for method, name in view.actions.items())


def shut(key: str) -> tuple[int, ...]:
    """What a door that doesn't open answers."""
    return (403, 404, *TOLD.get(key, ()))


@pytest.fixture
def alien(key, grant, client_of) -> tuple[Any, Any, Any]:
    """Somebody else's record, whom it belongs to, and who may do everything with their own."""
    grant(key, Scope.OWN, others=Scope.OWN)
    return make(key, "zhoumin"), client_of("zhoumin"), client_of("qiuzhiyuan")


@pytest.fixture
def unchanged(key, alien) -> Iterator[None]:
    """After the test all is stored as it was before."""

    def stored() -> tuple[Any, ...]:
        kind, record = kinds[key], alien[0]
        row = kind.model.objects.get(pk=record.pk)
        owned = (row.version, row.owner_id, row.department_id)
        return state_of(kind, record), owned, kind.model.objects.count(), cases()

    def cases() -> int:
        return ProcessInstance.objects.count()

    before = stored()
    yield
    assert stored() == before


def test_no_page_does_anything_with_it(alien, unchanged, key, company) -> None:
    kind, (record, owner, client) = kinds[key], alien
    answers = {"reason": "不该成功", "to": company["qiuzhiyuan"].pk, "confirmed": "1"}
    sent = {**form_of(owner, url_of(kind, "edit", record.pk)), "remarks": "不该成功", **answers}
    for address in pages(kind, record.pk):
        for method in METHODS:
            answer = getattr(client, method)(address, sent if method == "post" else None)
            assert answer.status_code in (*shut(key), NO_METHOD), (method, address)
            assert method != "get" or answer.status_code != NO_METHOD or "preview" in address


def test_no_bulk_command_does_anything_with_it(alien, unchanged, key, company) -> None:
    kind, (record, _owner, client) = kinds[key], alien
    for name, command in commands_of(kind).items():
        if not command.bulk:
            continue
        sent = {"command": name, "pk": record.pk, "reason": "不该成功", "confirmed": "1"}
        answer = client.post(url_of(kind, "bulk"), sent | {"to": company["qiuzhiyuan"].pk})
        assert list(answer.context["outcomes"]) == [], name


def test_the_api_does_nothing_with_it(alien, unchanged, key, company) -> None:
    record, owner, client = alien
    detail = reverse(f"api:record-{key}-detail", args=[record.pk])
    shown = owner.get(detail)
    assert shown.status_code == 200
    sent = {**shown.json(), "remarks": "不该成功", "reason": "不该成功"}
    body = orjson.dumps(sent | {"to": company["qiuzhiyuan"].pk})
    done = set()
    for name, method, action in calls(key):
        address = reverse(name, args=[record.pk])
        answer = client.generic(method.upper(), address, body, content_type="application/json")
        assert answer.status_code in shut(key), (method, address)
        done.add(action)
    assert {"retrieve", "update", "destroy", "copy", "hand_over"} <= done
    answer = client.patch(detail, body, content_type="application/json")
    assert answer.status_code in (*shut(key), NO_METHOD)
