"""Operations of the general request: `requests.*`."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from engine.operations import Context, operation


@operation("requests.take_effect")
def take_effect(context: Context, *, target: str) -> str:
    """The request is approved: its initiator is told. Nothing else follows from it."""
    if context.starter is not None:
        context.tell(
            [context.starter],
            subject=gettext_noop("Approved: %(subject)s"),
            text=gettext_noop("Your request “%(subject)s” (%(document)s) has been approved."),
            values={"subject": context.card.get("subject", target), "document": target},
        )
    return "approved"
