"""What leaves the database: sent after commit, at least once, always under the same message id."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused
from time import monotonic
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engine import notices
from engine.database import execute
from engine.models import Job, JobKind, OutboxMessage
from engine.wake import wake

logger = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)  # longer than sending one message may take
ROUND = timedelta(seconds=20)
FOR_GOOD = 500  # SMTP replies from here on
NEVER = datetime(9999, 12, 31, tzinfo=UTC)  # by itself: its job sends it
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3))


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to people's addresses. `key` makes the message id: the same key is sent under the same
    id."""

    key: str
    to: tuple[str, ...]
    subject: str
    text: str

    def row(self) -> dict[str, Any]:
        """The row of the outbox."""
        payload = {"to": list(self.to), "subject": self.subject, "text": self.text}
        return {"message_id": f"mail:{self.key}", "kind": "mail", "payload": payload}


def post(mails: Iterable[Mail | notices.Notice], *, now: datetime) -> None:
    """Send mails of the current transaction that belong to no case. One whose key was posted before
    isn't posted again."""
    OutboxMessage.objects.bulk_create(
        [OutboxMessage(**mail.row(), created_at=now, due_at=now) for mail in mails],
        ignore_conflicts=True,
    )
    transaction.on_commit(wake)


# Materialized: a plan that asks for the row again and again would each time find another.
ACQUIRE = """
WITH due AS MATERIALIZED (
    SELECT id FROM engine_outboxmessage
    WHERE sent_at IS NULL AND due_at <= %s AND (locked_until IS NULL OR locked_until < %s)
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE engine_outboxmessage m
SET locked_until = %s, attempts = m.attempts + 1
FROM due
WHERE m.id = due.id RETURNING m.id, m.message_id, m.kind, m.payload, m.attempts
"""


def drain(*, now: datetime | None = None, at_most: timedelta = ROUND) -> int:
    """Send what is due, one after the other; how many were tried. One that fails is tried again
    later, for ever less often; but one that is itself to blame becomes a job in the end, and an
    incident (`send_again`).

    A mail server that answers slowly must not keep the worker from its timers: after `at_most` the
    rest is left to another round."""
    tried, end = 0, monotonic() + at_most.total_seconds()
    while row := _acquire(now or timezone.now()):
        tried += 1
        _send(*row, now=now or timezone.now())
        if monotonic() >= end:
            wake()
            break
    return tried


def _acquire(now: datetime) -> tuple[Any, ...] | None:
    """Lease the message that is due the longest: its lease holds while it is sent."""
    rows = execute(ACQUIRE, [now, now, now + LEASE])
    return rows[0] if rows else None


def _send(
    identity: int,
    message_id: str,
    kind: str,
    payload: dict[str, Any],
    attempts: int,
    *,
    now: datetime,
) -> None:
    try:
        SENDERS[kind](message_id, payload)
    except Exception as error:  # one that can never be sent must not stop those behind it
        logger.warning("outbox_failed", message_id=message_id, attempts=attempts, error=str(error))
        given_up = attempts > len(BACK_OFF) and _is_to_blame(error)
        wait = BACK_OFF[min(attempts, len(BACK_OFF)) - 1]
        with transaction.atomic():
            OutboxMessage.objects.filter(pk=identity).update(
                due_at=NEVER if given_up else now + wait,
                locked_until=None,
                error=str(error)[:2000],
            )
            if given_up:
                what = {"mail": identity, "from": payload.get("case")}
                Job.objects.create(kind=JobKind.MAIL, payload=what, due_at=now, retries=1)
    else:
        OutboxMessage.objects.filter(pk=identity, sent_at=None).update(
            sent_at=now, locked_until=None, error=""
        )


def _is_to_blame(error: Exception) -> bool:
    """Whether the message is refused for what it is, and not for now (4xx: busy, greylisted), nor
    because the server can't be reached or doesn't want us: that mends itself, or is told by every
    mail at once."""
    if isinstance(error, SMTPRecipientsRefused):
        return any(code >= FOR_GOOD for code, _text in error.recipients.values())
    if isinstance(error, SMTPDataError):
        return error.smtp_code >= FOR_GOOD
    return not isinstance(error, OSError)


def send_again(message: int, *, now: datetime) -> None:
    """Send one that was given up; whatever keeps it from being sent is raised."""
    row = OutboxMessage.objects.get(pk=message)
    if row.sent_at is None:
        SENDERS[row.kind](row.message_id, row.payload)
        OutboxMessage.objects.filter(pk=message).update(sent_at=now, error="")


def described(message: int) -> str:
    """A message in words, for whoever has to find out why it doesn't leave."""
    row = OutboxMessage.objects.get(pk=message)
    said = row.payload
    if row.kind == notices.KIND:
        to, subject = notices.heading(said)
    else:
        to, subject = ", ".join(said["to"]), said["subject"]
    return _("Mail “%(subject)s” to %(to)s") % {"subject": subject, "to": to}


def _send_mail(message_id: str, payload: dict[str, Any]) -> None:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    ((account_set,),) = execute("SELECT current_schema()")  # others count their tasks like it
    EmailMessage(
        subject=payload["subject"],
        body=payload["text"],
        to=payload["to"],
        headers={"Message-ID": f"<{message_id.replace(':', '.')}.{account_set}@{domain}>"},
    ).send()


def _send_notice(message_id: str, payload: dict[str, Any]) -> None:
    written = notices.letter(payload)
    if written is not None:
        _send_mail(message_id, written)


SENDERS: dict[str, Callable[[str, dict[str, Any]], None]] = {
    "mail": _send_mail,
    notices.KIND: _send_notice,
}
