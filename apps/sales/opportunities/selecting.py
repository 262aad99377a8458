"""Opportunities as an address asks for them: the board and the funnel show what the list with the
same filters lists, and lead to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.access.rights import Rights
from apps.core.kinds.addresses import url_of
from apps.core.kinds.filtering import Chip
from apps.core.kinds.listing import Listing
from apps.core.kinds.models import SavedView
from apps.core.kinds.registry import kind_of
from apps.sales.opportunities.models import Opportunity

KEY: Final = "sales.opportunity"
QUARTER: Final = 3  # months
DATES: Final = ("expected_on_after", "expected_on_before")
OF_LISTS: Final = frozenset({"cursor", "size", "sort"})


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that sets a filter; `chosen`: it is set so now."""

    label: str
    url: str
    chosen: bool


class Selection:
    """What one person sees of the opportunities that a query asks for. `page` is the address that
    shows them, `chips` the filters it offers, `without` those that make no sense there."""

    def __init__(
        self,
        rights: Rights,
        query: QueryDict,
        *,
        page: str,
        chips: Sequence[str],
        without: Sequence[str] = (),
    ) -> None:
        self.rights = rights
        self.page = reverse(page)
        self.look = page
        self._shown, self._without = chips, frozenset(without)
        kept = query.copy()
        for name in (*OF_LISTS, *without):
            kept.pop(name, None)
        self.listing = Listing(kind_of(Opportunity), rights, kept)

    @property
    def query(self) -> QueryDict:
        return self.listing.query

    @property
    def rows(self) -> QuerySet[Any]:
        """All of them, in no order."""
        return self.listing.rows.order_by()

    @property
    def text(self) -> str:
        return self.listing.text

    @cached_property
    def chips(self) -> list[tuple[Chip, str]]:
        """The filters that are offered, each with the address without it."""
        return [
            (chip, self.address(**dict.fromkeys(chip.names)))
            for chip in self.listing.chips
            if chip.field.name in self._shown or chip.value
        ]

    @property
    def saved(self) -> list[tuple[SavedView, str]]:
        """Saved filters of the list that make sense here, with their addresses."""
        return [
            (view, f"{self.page}?view={view.pk}&{view.query}")
            for view in self.listing.saved
            if self._without.isdisjoint(QueryDict(view.query))
        ]

    @property
    def narrowed(self) -> bool:
        return self.listing.narrowed

    # --- addresses --------------------------------------------------------------------------------
    def changed(self, **changes: Any) -> str:
        """The query with other values; None takes a filter away."""
        query = self.query.copy()
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = str(value)
        return query.urlencode()

    def address(self, **changes: Any) -> str:
        """This page with other filters."""
        query = self.changed(**changes)
        return f"{self.page}?{query}" if query else self.page

    def rows_url(self, **changes: Any) -> str:
        """The list of these opportunities, narrowed by further filters."""
        query = self.changed(**changes)
        place = url_of(kind_of(Opportunity), "list")
        return f"{place}?{query}" if query else place

    def looks(self) -> list[tuple[str, str, bool]]:
        """The ways to look at the same opportunities: label, address, whether it is this one."""
        query = self.query.urlencode()
        found = [
            (str(label), f"{reverse(name)}?{query}", reverse(name) == self.page)
            for label, name in kind_of(Opportunity).looks
        ]
        return [*found, (_("List"), self.rows_url(), False)]

    # --- filters that are used most ---------------------------------------------------------------
    def owners(self) -> list[Choice]:
        """Mine, or everybody's."""
        mine = self.query.get("owner", "") == str(self.rights.user)
        everybody = not self.query.get("owner")
        return [
            Choice(_("All"), self.address(**{"owner": None, "owner-text": None}), everybody),
            Choice(
                _("Mine"), self.address(**{"owner": self.rights.user, "owner-text": None}), mine
            ),
        ]

    def periods(self) -> list[Choice]:
        """By when they are expected to be closed."""
        set_to = [self.query.get(name, "") for name in DATES]
        found = [Choice(_("Any time"), self.address(**dict.fromkeys(DATES)), not any(set_to))]
        for label, first, last in _periods(timezone.localdate()):
            dates = dict(zip(DATES, (first.isoformat(), last.isoformat()), strict=True))
            chosen = set_to == list(dates.values())
            found.append(Choice(label, self.address(**dates), chosen))
        return found


def _periods(today: date) -> Iterator[tuple[str, date, date]]:
    """Label, first and last day of the periods that people ask for."""
    month = today.replace(day=1)
    yield _("This month"), month, _months_on(month, 1) - timedelta(days=1)
    quarter = month.replace(month=month.month - (month.month - 1) % QUARTER)
    then = _months_on(quarter, QUARTER)
    yield _("This quarter"), quarter, then - timedelta(days=1)
    yield _("Next quarter"), then, _months_on(then, QUARTER) - timedelta(days=1)
    yield _("This year"), today.replace(month=1, day=1), today.replace(month=12, day=31)


def _months_on(first: date, months: int) -> date:
    """The first day of a month so many months later."""
    number = first.month - 1 + months
    return first.replace(year=first.year + number // 12, month=number % 12 + 1)
