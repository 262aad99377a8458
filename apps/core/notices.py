"""Mails to colleagues about a running case, each in the reader's language."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.utils.translation import gettext, override

from engine.operations import Context
from engine.organisation import organisation
from engine.outbox import Mail


def send_notice(
    context: Context,
    users: Collection[int],
    *,
    subject: str,
    text: str,
    values: Mapping[str, object],
) -> None:
    """Mail those of `users` who have an address, after the step of `context` has been committed.

    `subject` and `text` are message ids (`gettext_noop`) whose placeholders `values` fill. The
    key of each mail is that of the effect: trying again sends nothing twice."""
    people = organisation()
    addresses = people.addresses(users)
    languages = people.languages(addresses)
    for user, address in sorted(addresses.items()):
        with override(languages[user]):
            context.mail(
                Mail(
                    key=f"{context.key}:{user}",
                    to=(address,),
                    subject=gettext(subject) % values,
                    text=gettext(text) % values,
                )
            )
