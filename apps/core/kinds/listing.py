"""A list as its address asks for it: search, filters, order, page; the same for pages and API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from django.db.models import Sum
from django.http import QueryDict
from django_filters import FilterSet

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds import columns, keyset
from apps.core.kinds.columns import Column
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.filtering import Chip, chips_of, dress_filters
from apps.core.kinds.models import SavedView
from apps.core.kinds.saved_views import usable_views
from apps.core.kinds.search import search

SIZES: Final = (25, 50, 100)
COUNTED: Final = 1000
"""Rows are counted, and summed up, as far as this."""
OWN_WORDS: Final = frozenset({"q", "sort", "cursor", "size", "view"})


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows there are, and the sum of their amounts; `more`: not all are counted."""

    count: int
    amount: Decimal | None
    more: bool


class Listing:
    """A list of a kind for one person. Nothing is asked of the database before it is shown."""

    def __init__(
        self, kind: DocumentKind, rights: Rights, query: QueryDict, *, size: int | None = None
    ) -> None:
        """`size`: rows of a page, whatever the address says."""
        self.kind = kind
        self.rights = rights
        self.query = clean(query)
        self._size = size
        self.text = self.query.get("q", "").strip()[:100]

    # --- columns ----------------------------------------------------------------------------------
    @cached_property
    def views(self) -> list[SavedView]:
        """Filters that this person has saved, and those of colleagues; the first may be the
        nameless one."""
        return usable_views(self.rights, self.kind.key)

    @property
    def saved(self) -> list[SavedView]:
        return [view for view in self.views if view.name]

    @cached_property
    def view(self) -> SavedView | None:
        """The saved filter that the address names, else the nameless view."""
        wanted = self.query.get("view", "")
        return next(
            (v for v in self.views if (str(v.pk) == wanted if wanted else not v.name)), None
        )

    @property
    def own_view(self) -> bool:
        """Whether that is one's own."""
        return self.view is not None and self.view.user_id == self.rights.user

    @cached_property
    def available(self) -> list[Column]:
        """All columns that can be chosen."""
        names = [*self.kind.columns, *self.kind.more_columns]
        return columns.columns_of(self.kind, dict.fromkeys(names), self.rights)

    @cached_property
    def columns(self) -> list[Column]:
        """Those that are shown, the first of the kind always first."""
        known = {column.name: column for column in self.available}
        chosen = [name for name in (self.view.columns if self.view else ()) if name in known]
        names = dict.fromkeys([self.kind.columns[0], *(chosen or self.kind.columns)])
        return [known[name] for name in names if name in known]

    @property
    def others(self) -> list[Column]:
        """Those that are not."""
        shown = {column.name for column in self.columns}
        return [column for column in self.available if column.name not in shown]

    # --- rows -------------------------------------------------------------------------------------
    @cached_property
    def filters(self) -> FilterSet | None:
        """The kind's filters with what the address sets."""
        if self.kind.filters is None:
            return None
        found = self.kind.filters(self.query, queryset=self._whole)
        dress_filters(self.kind, found, self.rights)
        return found

    @property
    def rows(self) -> Any:
        """All rows that fit and are seen; none where a filter makes no sense."""
        return search(self._fitting, self.text).visible_to(self.rights)

    @property
    def _whole(self) -> Any:
        return self.kind.model.objects.filter(self.kind.model.LISTED).reading(*self.kind.related)

    @cached_property
    def _fitting(self) -> Any:
        """Rows that fit the filters, whoever sees them."""
        if self.filters is None:
            return self._whole
        return self.filters.qs if self.filters.form.is_valid() else self.kind.model.objects.none()

    @cached_property
    def order(self) -> str:
        """The order asked for, by the name of a column; else the kind's."""
        wanted = self.query.get("sort", "")
        name = wanted.removeprefix("-")
        known = any(c.sort and c.name == name for c in self.available)
        return wanted if known else self.kind.order

    @property
    def order_path(self) -> str:
        """What the database orders by."""
        name = self.order.removeprefix("-")
        path = next((c.sort for c in self.available if c.name == name and c.sort), name)
        return f"-{path}" if self.order.startswith("-") else path

    @cached_property
    def size(self) -> int:
        wanted = self.query.get("size", "")
        if self._size is not None:
            return self._size
        return int(wanted) if wanted in map(str, SIZES) else SIZES[0]

    @cached_property
    def page(self) -> keyset.Page:
        """A list that isn't as it comes is counted first. Up to `COUNTED` rows are then known by
        their keys, and put in order; of more of them, an order that an index gives soon brings a
        page."""
        names = [column.name for column in self.columns]
        reading = [*self.kind.related, *columns.related_of(self.kind.model, names)]
        total, keys = (None, ()) if self._as_it_comes else self._counted
        many = total is None or total.more
        if many:
            rows = search(self._fitting, self.text, common=True).visible_to(self.rights)
        else:
            rows = self.kind.model.objects.keyed(keys)
        cursor = self.query.get("cursor", "")
        return keyset.page(rows, self.order_path, cursor, self.size, reading=reading, many=many)

    @cached_property
    def total(self) -> Total:
        """Counted by the page itself where it holds everything."""
        field = self.kind.amount
        if self._as_it_comes and not (self.page.previous or self.page.next):
            amounts = [
                columns.value_of(row, field) or Decimal(0) for row in self.page.rows if field
            ]
            return Total(len(self.page.rows), sum(amounts, Decimal(0)) if field else None, False)
        return self._counted[0]

    @property
    def _as_it_comes(self) -> bool:
        return not self.narrowed and self.order == self.kind.order

    @cached_property
    def _counted(self) -> tuple[Total, Sequence[int]]:
        """Counted by the database; with the keys of the rows, where these are all of them."""
        found = search(self._fitting, self.text).keys_visible_to(self.rights)[: COUNTED + 1]
        keys = [row["pk"] for row in found]
        if len(keys) > COUNTED:
            return Total(COUNTED, None, True), ()
        few = self.kind.model.objects.keyed(keys)
        field = self.kind.amount
        amount = few.aggregate(sum=Sum(field, default=Decimal(0)))["sum"] if field else None
        return Total(len(keys), amount, False), keys

    @property
    def chips(self) -> Sequence[Chip]:
        """The filters as they stand."""
        return chips_of(self.filters) if self.filters is not None else ()

    @property
    def narrowed(self) -> bool:
        """Whether the address asks for less than everything."""
        return bool(self.text or any(name not in OWN_WORDS for name in self.query))

    @property
    def may_add(self) -> bool:
        return self.kind.can(self.rights, Action.ADD)


def clean(query: QueryDict) -> QueryDict:
    """The query without what is empty."""
    found = QueryDict(mutable=True)
    for name, values in query.lists():
        kept = [value for value in values if value.strip()]
        if kept:
            found.setlist(name, kept)
    return found
