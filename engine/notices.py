"""Mails to colleagues, each in the reader's language.

The step that tells them keeps no more than whom it tells what: the address and the language are
looked up, and the text is made, when the mail leaves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, override

from engine.organisation import organisation
from engine.trail import plain

KIND = "notice"  # of the outbox


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail to a colleague. `key` makes the message id: the same key is sent under the same id.
    `subject` and `text` are message ids whose placeholders `values` fill."""

    key: str
    user: int
    subject: str
    text: str
    values: Mapping[str, object]

    def row(self) -> dict[str, Any]:
        """The row of the outbox."""
        payload = {
            "user": self.user,
            "subject": self.subject,
            "text": self.text,
            "values": plain(self.values),
        }
        return {"message_id": f"mail:{self.key}", "kind": KIND, "payload": payload}


def mails_to(
    users: Collection[int],
    *,
    key: str,
    subject: str,
    text: str,
    values: Mapping[str, object],
) -> list[Notice]:
    """A mail for each of `users`; one who has no address when it leaves gets none.

    `subject` and `text` are message ids (`gettext_noop`) whose placeholders `values` fill. `key`
    names the occasion: a reader gets one mail for it, however often it is asked for."""
    return [
        Notice(f"{key}:{user}", user, subject, text, values) for user in sorted(frozenset(users))
    ]


def letter(payload: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a notice of the outbox says and to which address; None where there is no address."""
    user, values = payload["user"], payload["values"]
    messages = payload["subject"], payload["text"]
    people = organisation()
    address = people.addresses([user]).get(user)
    if address is None:
        return None
    with override(people.languages([user])[user]):
        subject, text = (gettext(said) % values for said in messages)
    return {"to": [address], "subject": " ".join(subject.splitlines()), "text": text}


def heading(payload: Mapping[str, Any]) -> tuple[str, str]:
    """To whom a notice of the outbox goes, and what it is about; also of one that can't be put
    into words."""
    user, subject = payload["user"], gettext(payload["subject"])
    with suppress(KeyError, TypeError, ValueError):
        subject %= payload["values"]
    return organisation().names([user]).get(user, str(user)), subject
