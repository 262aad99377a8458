"""What targets are set for and people are ranked by. The figures come from whoever has them:

    measures.add(MeasureCode.CONTRACTS, Measure(reached, money=True))

in a module `measures.py` of an app, discovered at start-up. A measure that nobody has entered is
shown nowhere."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from django.db.models import Count

from apps.core.kinds.addresses import url_of
from apps.core.kinds.registry import kind_of
from apps.sales.crediting import Credits, by_credit, of_people
from apps.sales.customers.models import Customer
from apps.sales.team.models import MeasureCode
from engine.registry import Registry

Reached = Callable[[date, date, Collection[int] | None], Credits]


@dataclass(frozen=True, slots=True)
class Measure:
    """`reached(first, last, users)`: what was reached from the first day to the last, by these
    people or by everybody (None); whoever reached nothing may be missing. `listing(user, first,
    last)`: the address of the rows behind it, "" where there is none."""

    reached: Reached
    listing: Callable[[int, date, date], str] = lambda user, first, last: ""
    money: bool = False


measures: Final[Registry[Measure]] = Registry("measure of sales")


def known_measures() -> list[MeasureCode]:
    """Those that somebody gives figures for, in their order."""
    return [code for code in MeasureCode if code in measures]


def _new_customers(first: date, last: date, users: Collection[int] | None = None) -> Credits:
    """Customers who were won in that time, by whose success they are."""
    rows = Customer.objects.filter(merged_into=None, won_at__date__range=(first, last))
    return by_credit(rows if users is None else rows.filter(of_people(users)), Count("pk"))


def _won_list(user: int, first: date, last: date) -> str:
    """The same customers, as a list."""
    asked = {"credited": user, "won_at_after": first, "won_at_before": last}
    return f"{url_of(kind_of(Customer), 'list')}?{urlencode(asked)}"


measures.add(MeasureCode.NEW_CUSTOMERS, Measure(_new_customers, _won_list))
