"""On the day until which a customer was to rest, its owner is reminded."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.sales.customers.models import Customer, CustomerStage
from engine import outbox
from engine.notices import mails_to
from engine.organisation import organisation

LATE: Final = timedelta(days=30)
"""So long after its day somebody is still reminded, where nothing ran on it."""


def remind_owners(*, now: datetime) -> None:
    """Mail the owners of dormant customers whose day has come. An owner is told once of a day,
    however often this runs: the key of the mail says which."""
    today = timezone.localdate(now)
    rows = Customer.objects.filter(
        stage=CustomerStage.DORMANT, merged_into=None, wake_up_on__range=(today - LATE, today)
    ).values_list("pk", "name", "owner", "wake_up_on", "stage_reason__name")
    due = list(rows.order_by("pk"))
    there = set(organisation().active({owner for _pk, _name, owner, _day, _reason in due}))
    letters = [
        letter
        for pk, name, owner, day, reason in due
        if owner in there
        for letter in mails_to(
            [owner],
            key=f"customer-wakes-up:{pk}:{day}",
            subject=gettext_noop("%(customer)s was to rest until %(day)s"),
            text=gettext_noop(
                "“%(customer)s” has been dormant (%(reason)s) and was to rest until %(day)s."
                " Restore it, or settle anew how long it rests."
            ),
            values={"customer": name, "day": f"{day:%Y-%m-%d}", "reason": reason or ""},
        )
    ]
    outbox.post(letters, now=now)
