"""Filters of the pages: amounts and moments as people here write them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django import template

from apps.core.inbox import wording

register = template.Library()


@register.filter
def money(amount: Decimal | None) -> str:
    """`¥1,234.00`; nothing where there is no amount."""
    return "" if amount is None else f"¥{amount:,.2f}"


@register.filter
def moment(at: datetime | None) -> str:
    """`11-23 09:12` this year, `2027-10-14 09:12` otherwise."""
    return wording.moment(at)


@register.filter
def listed(names: Iterable[object]) -> str:
    """Names one after the other, as the language does it."""
    return wording.listed(names)


@register.filter
def initial(name: str) -> str:
    """What stands in a person's avatar: the first character of the name."""
    return str(name)[:1].upper()
