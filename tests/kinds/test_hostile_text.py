"""Hostile text, wherever it was typed, is shown as text: on the pages of every kind, on paper, and
to whoever approves."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from django.test import Client
from django.urls import reverse

from apps.core.access.actions import Action, Scope
from apps.core.inbox import looking
from apps.core.kinds.addresses import url_of
from apps.core.kinds.registry import kinds
from apps.core.kinds.services import live_instance
from apps.core.printing import views as printing
from apps.people.models import User
from tests.casework import deploy
from tests.kinds.factories import HOSTILE, all_rights, make_hostile

pytestmark = pytest.mark.django_db

ALIVE = ("<script>alert", "<img src=x", ">49<")
BACK = {"return", "back", "decline"}  # with an opinion, back to whoever has handed it in
AS_TEXT = re.compile(r"&lt;script&gt;alert")


@pytest.fixture
def client(key, grant, client_of) -> Client:
    """仇志远, who may do everything with the kind and look at the others."""
    grant(key, Scope.OWN)
    return client_of("qiuzhiyuan")


def shown(client: Client, address: str) -> str:
    """What a page shows, none of which is alive."""
    text = client.get(address).content.decode()
    assert [mark for mark in ALIVE if mark in text] == [], address
    return text


def see_as_text(client: Client, addresses: Iterable[str]) -> None:
    """Each page shows what was typed."""
    for address in addresses:
        assert AS_TEXT.search(shown(client, address)), address


def test_on_the_pages_of_a_record(client, key, monkeypatch) -> None:
    kind, record = kinds[key], make_hostile(key)
    pages = [url_of(kind, name, record.pk) for name in ("page", "edit")]
    paper = reverse("printing:page", args=[kind, record.pk])
    see_as_text(client, [*pages, paper])
    if kind.copies:
        see_as_text(client, [url_of(kind, "copy", record.pk)])
    shown(client, url_of(kind, "list"))
    for address in (f"{url_of(kind, 'list')}?q=", f"{url_of(kind, 'new')}?name="):
        shown(client, f"{address}%3Cscript%3Ealert(1)")

    made: list[str] = []
    monkeypatch.setattr(printing, "as_pdf", lambda html: made.append(html) or b"%PDF")
    client.get(reverse("printing:pdf", args=[kind, record.pk]))
    (html,) = made
    assert AS_TEXT.search(html) and not any(mark in html for mark in ALIVE)


def test_to_whoever_approves_and_in_what_they_say(client, key, signed_in) -> None:
    kind = kinds[key]
    if kind.approval is None:
        return
    deploy(kind.approval.process)
    record = make_hostile(key)
    if not kind.can(all_rights("qiuzhiyuan"), Action.SUBMIT, record):
        return  # handed in by something else than its button: tested with that
    client.post(url_of(kind, "submit", record.pk))
    (asked, *_others) = looking.waiting(live_instance(record.business_key))
    approver = signed_in(User.objects.get(pk=next(iter(asked.task.assignment))).username)
    task = reverse("desk:task", args=[asked.task.pk])
    case = reverse("desk:case", args=[asked.task.instance_id])
    see_as_text(approver, [reverse("desk:approvals"), task, f"{task}?tab=trail"])
    for tab in ("diagram", "related"):
        shown(approver, f"{task}?tab={tab}")

    offered = {offer.code for offer in looking.offers(asked.task)}
    (decision,) = offered & BACK
    sent = {"decision": decision, "opinion": HOSTILE, "seen_version": asked.task.version}
    answer = approver.post(reverse("desk:complete", args=[asked.task.pk]), sent)
    assert answer.status_code == 302
    instance = reverse("inbox:instance", args=[asked.task.instance_id])
    page = url_of(kind, "page", record.pk)
    for address in (f"{case}?tab=trail", instance, f"{page}?tab=trail"):
        assert shown(client, address).count("&lt;img src=x") >= 1, address
    see_as_text(client, [case, page])
    shown(client, url_of(kind, "edit", record.pk))  # says who sent it back, and why
    assert "&lt;img src=x" in shown(client, reverse("printing:page", args=[kind, record.pk]))
