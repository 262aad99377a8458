"""Mails to colleagues, each in the reader's language."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.utils.translation import gettext, override

from engine.organisation import organisation
from engine.outbox import Mail


def mails_to(
    users: Collection[int],
    *,
    key: str,
    subject: str,
    text: str,
    values: Mapping[str, object],
) -> list[Mail]:
    """A mail for each of `users` who has an address.

    `subject` and `text` are message ids (`gettext_noop`) whose placeholders `values` fill. `key`
    names the occasion: a reader gets one mail for it, however often it is asked for."""
    people = organisation()
    addresses = people.addresses(users)
    languages = people.languages(addresses)
    mails = []
    for user, address in sorted(addresses.items()):
        with override(languages[user]):
            line, said = gettext(subject) % values, gettext(text) % values
        mails.append(Mail(f"{key}:{user}", (address,), " ".join(line.splitlines()), said))
    return mails
