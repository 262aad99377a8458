"""Mails leave after commit, one by one, whatever is wrong with one of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from apps.accountsets.routing import in_account_set
from engine import outbox
from engine.models import OutboxMessage
from engine.notices import mails_to
from tests.casework import MONDAY

pytestmark = pytest.mark.django_db


def put(*mails: outbox.Mail) -> None:
    rows = [OutboxMessage(created_at=MONDAY, due_at=MONDAY, **each.row()) for each in mails]
    OutboxMessage.objects.bulk_create(rows)


def letter(key: str, subject: str = "你好") -> outbox.Mail:
    return outbox.Mail(key, ("a@kangze.example",), subject, "…")


def test_what_users_typed_makes_one_line_of_the_subject(people):
    values = {"subject": "两行\r\nBcc: x@kangze.example"}
    put(*mails_to([people["chenhai"]], key="k", subject="%(subject)s", text="…", values=values))
    assert outbox.drain(now=MONDAY) == 1
    (sent,) = mail.outbox
    assert sent.subject == "两行 Bcc: x@kangze.example"
    assert sent.bcc == []


def test_one_that_cannot_be_sent_is_tried_later_and_stops_no_other():
    put(letter("bad", "zwei\nZeilen"), letter("good"))
    assert outbox.drain(now=MONDAY) == 2
    assert [sent.subject for sent in mail.outbox] == ["你好"]
    bad = OutboxMessage.objects.get(sent_at=None)
    assert bad.error
    assert (bad.attempts, bad.locked_until) == (1, None)
    assert bad.due_at > MONDAY


def test_a_round_that_takes_too_long_leaves_the_rest_to_another_worker():
    put(letter("first"), letter("second"))
    assert outbox.drain(now=MONDAY, at_most=timedelta()) == 1
    assert not OutboxMessage.objects.filter(sent_at=None, locked_until__isnull=False).exists()
    assert outbox.drain(now=MONDAY) == 1
    assert len(mail.outbox) == 2


def test_the_same_key_in_another_account_set_is_another_message():
    for account_set in ("t_one", "t_two"):
        with in_account_set(account_set):
            put(letter("urge:1"))
            outbox.drain(now=MONDAY)
    one, two = (sent.extra_headers["Message-ID"] for sent in mail.outbox)
    assert one != two
