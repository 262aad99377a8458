"""Mails leave after commit, one by one, whatever is wrong with one of them."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail

from apps.accountsets.routing import in_account_set
from engine import copies, incidents, outbox, worker
from engine.models import Incident, Job, OutboxMessage
from engine.notices import mails_to
from tests.casework import MONDAY, Case, deploy_drawn
from tests.engine.bpmn.diagrams import line_of, user

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


@pytest.fixture
def case(people, any_form) -> Case:
    deploy_drawn(line_of(user(candidateGroups="engineer", decisions="done")))
    return Case(people, "process", by="qiuzhiyuan")


def refuse(monkeypatch, error: Exception) -> None:
    def send(message: mail.EmailMessage) -> None:
        raise error

    monkeypatch.setattr(mail.EmailMessage, "send", send)


def all_day(case: Case) -> None:
    """As the worker comes by: jobs, then mails."""
    for _hours in range(12):
        case.pass_time(hours=1)
        outbox.drain(now=case.now)


def test_a_mail_of_a_case_that_is_refused_becomes_its_incident(case, people, monkeypatch):
    copies.send_copy(case.id, to=[people["wulei"]], by=people["qiuzhiyuan"], now=MONDAY)
    with monkeypatch.context() as patch:
        refuse(patch, SMTPRecipientsRefused({"wulei@kangze.example": (550, b"unknown")}))
        all_day(case)
    incident = Incident.objects.get()
    assert incident.instance_id == case.id
    assert "wulei" in incident.message
    assert mail.outbox == []
    incidents.retry(incident.pk, by=people["admin"], now=case.now)
    case.until(case.now)
    assert [sent.to for sent in mail.outbox] == [["wulei@kangze.example"]]
    assert not OutboxMessage.objects.filter(sent_at=None).exists()
    assert not Job.objects.exists()


@pytest.mark.parametrize("kind", ["mail", "notice"])
def test_a_mail_of_no_case_that_is_refused_is_an_incident_too(people, monkeypatch, kind):
    text = {"subject": "%(who)s hat Geburtstag", "text": "…", "values": {"who": "吴磊"}}
    notice = mails_to([people["wulei"]], key="k", **text)
    put(*(notice if kind == "notice" else [letter("k", "吴磊 hat Geburtstag")]))
    moment = MONDAY
    with monkeypatch.context() as patch:
        refuse(patch, SMTPRecipientsRefused({"x@kangze.example": (550, b"unknown")}))
        for _hours in range(12):
            worker.run_due_jobs(now=moment)
            outbox.drain(now=moment)
            moment += timedelta(hours=1)
    incident = Incident.objects.get()
    assert incident.instance is None
    to = "吴磊" if kind == "notice" else "a@kangze.example"
    assert incident.message.startswith(f"发给 {to} 的邮件“吴磊 hat Geburtstag”")
    assert "550" in incident.message
    incidents.retry(incident.pk, by=people["admin"], now=moment)
    worker.run_due_jobs(now=moment)
    assert [sent.subject for sent in mail.outbox] == ["吴磊 hat Geburtstag"]
    assert not OutboxMessage.objects.filter(sent_at=None).exists()
    assert not Job.objects.exists()


def test_one_of_no_case_that_is_skipped_is_never_sent(people):
    put(letter("bad", "zwei\nZeilen"))
    OutboxMessage.objects.update(attempts=4)
    outbox.drain(now=MONDAY)
    worker.run_due_jobs(now=MONDAY)
    incidents.skip(Incident.objects.get().pk, by=people["admin"], now=MONDAY)
    worker.run_due_jobs(now=MONDAY + timedelta(days=1))
    assert outbox.drain(now=MONDAY + timedelta(days=1)) == 0
    assert OutboxMessage.objects.get().error


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        SMTPServerDisconnected("x"),
        SMTPDataError(421, b"not now"),
        SMTPRecipientsRefused({"wulei@kangze.example": (450, b"greylisted")}),
    ],
)
def test_a_mail_server_that_is_away_is_nobodys_incident(case, people, monkeypatch, error):
    copies.send_copy(case.id, to=[people["wulei"]], by=people["qiuzhiyuan"], now=MONDAY)
    with monkeypatch.context() as patch:
        refuse(patch, error)
        all_day(case)
    assert not Incident.objects.exists()
    all_day(case)
    assert len(mail.outbox) == 1


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
