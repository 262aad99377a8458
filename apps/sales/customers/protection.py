"""How long a customer is its owner's before a colleague who found it too may be given it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from apps.sales.customers.models import Customer
from apps.sales.parameters import PROTECTION_DAYS


def protected_from(now: datetime) -> date | None:
    """The last day of the protection of a customer that gets its owner now; None: it has none."""
    days = PROTECTION_DAYS.value()
    return timezone.localdate(now) + timedelta(days=days) if days > 0 else None


def is_protected(customer: Customer, *, on: date | None = None) -> bool:
    """Whether a customer is still protected: who takes it away then must say so."""
    until = customer.protected_until
    return until is not None and until >= (on or timezone.localdate())
