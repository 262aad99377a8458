"""The list of a kind, and how somebody wants it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.kinds import columns, extras
from apps.core.kinds.columns import Cell, Column
from apps.core.kinds.commands import commands_of
from apps.core.kinds.listing import COUNTED, OWN_WORDS, SIZES, Listing, clean
from apps.core.kinds.models import SavedView
from apps.core.kinds.views.base import KindView
from apps.core.shell.toasts import say

PHONE_FACTS: Final = 4
MOST_VIEWS: Final = 20  # saved filters of one list


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a list, ready to be shown."""

    row: Any
    url: str
    title: str
    facts: str
    amount: str  # to be added up by the page
    money: str
    state: Cell | None
    cells: list[tuple[Column, Cell]]


class ListPage(KindView):
    """Rows of a kind: searched, filtered, in order, page by page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        listing = Listing(self.kind, self.rights, request.GET)
        part = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
        return self.show("_list.html" if part else "list.html", self.context(listing))

    def context(self, listing: Listing) -> dict[str, Any]:
        query = listing.query.copy()
        query.pop("cursor", None)
        return {
            "listing": listing,
            "place": self.kind.label_plural,
            "columns": [(column, self.sorting(listing, column.name)) for column in listing.columns],
            "rows": [self.line(listing, row) for row in listing.page.rows],
            "chips": [(chip, self.without(listing, *chip.names)) for chip in listing.chips],
            "pages": {
                "previous": self.with_(listing, cursor=listing.page.previous),
                "next": self.with_(listing, cursor=listing.page.next),
            },
            "count": self.count(listing),
            "sizes": SIZES,
            "query": query.urlencode(),
            "cleared": self.without(
                listing, *[n for n in listing.query if n not in ("sort", "size")]
            ),
            "buttons": [
                b
                for b in extras.buttons(extras.list_buttons)
                if self.rights.may(self.kind.key, b.action)
            ],
            "bulk": self.bulk(),
            "views": [(view, f"?view={view.pk}&{view.query}") for view in listing.saved],
        }

    def line(self, listing: Listing, row: Any) -> Line:
        """A row, with what a phone shows of it."""
        cells = [(column, column.cell(row)) for column in listing.columns]
        title, amount = self.kind.title(row), self.kind.amount
        others = [
            cell.text
            for column, cell in cells
            if column.name not in (amount, "state") and cell.text and cell.text != title
        ]
        money = columns.value_of(row, amount) if amount else None
        return Line(
            row=row,
            url=self.url("page", row.pk),
            title=title,
            facts="　".join(others[:PHONE_FACTS]),
            amount="" if money is None else str(money),
            money="" if money is None else columns.money(money),
            state=next((cell for column, cell in cells if column.style == "state"), None),
            cells=cells,
        )

    def bulk(self) -> list[tuple[str, Any]]:
        """What may be done with many rows at once."""
        return [
            (name, command)
            for name, command in commands_of(self.kind).items()
            if command.bulk and self.rights.may(self.kind.key, command.action)
        ]

    def count(self, listing: Listing) -> str:
        total = listing.total
        if total.more:
            return _("more than %(count)s") % {"count": f"{COUNTED:,}"}
        return ngettext("%(count)s row", "%(count)s rows", total.count) % {"count": total.count}

    @staticmethod
    def with_(listing: Listing, **changed: str) -> str:
        """The address of this list with other parameters; "" for one that is empty."""
        if not all(changed.values()):
            return ""
        query = listing.query.copy()
        query.pop("cursor", None)
        for name, value in changed.items():
            query[name] = value
        return f"?{query.urlencode()}"

    @staticmethod
    def without(listing: Listing, *names: str) -> str:
        """The address of this list without some parameters."""
        query = listing.query.copy()
        for name in ("cursor", *names):
            query.pop(name, None)
        return f"?{query.urlencode()}"

    def sorting(self, listing: Listing, name: str) -> tuple[str, str]:
        """Where a click on a heading leads, and how the column is ordered now."""
        column = next(c for c in listing.columns if c.name == name)
        if not column.sort:
            return "", ""
        now = {name: "ascending", f"-{name}": "descending"}.get(listing.order, "")
        other = name if now == "descending" else f"-{name}" if now else name
        if not now and column.numeric:
            other = f"-{name}"
        return self.with_(listing, sort=other), now


class ColumnsPage(KindView):
    """Which columns somebody wants, in which order; for a saved filter or the list as it comes."""

    def post(self, request: HttpRequest) -> HttpResponse:
        back = QueryDict(request.POST.get("query", "")[:1000], mutable=True)
        listing = Listing(self.kind, self.rights, back)
        known = [column.name for column in listing.available]
        wanted = [] if "reset" in request.POST else request.POST.getlist("column")
        move = request.POST.get("move", "")
        chosen = moved([name for name in dict.fromkeys(wanted) if name in known], move)
        with transaction.atomic():
            view = listing.view or SavedView(user_id=self.rights.user, place=self.kind.key)
            view.columns = chosen
            view.save()
        return HttpResponseRedirect(f"{self.url('list')}?{back.urlencode()}")


def moved(names: list[str], move: str) -> list[str]:
    """The names with one of them moved: `left:amount` or `right:amount`."""
    way, _colon, name = move.partition(":")
    if name in names:
        at = names.index(name)
        to = max(0, at - 1) if way == "left" else at + 1
        names.insert(to, names.pop(at))
    return names


class ViewsPage(KindView):
    """Filters that somebody gives a name, or no longer needs."""

    def post(self, request: HttpRequest) -> HttpResponse:
        mine = SavedView.objects.filter(user_id=self.rights.user, place=self.kind.key)
        if "delete" in request.POST:
            wanted = request.POST["delete"]
            mine.filter(pk=int(wanted) if wanted.isdecimal() and len(wanted) < 19 else 0).exclude(
                name=""
            ).delete()
            say(request, _("The saved filter is gone."))
            return HttpResponseRedirect(self.url("list"))
        name = request.POST.get("name", "").strip()[:40]
        query = clean(QueryDict(request.POST.get("query", "")[:1000]))
        for word in OWN_WORDS - {"q", "sort"}:
            query.pop(word, None)
        if not name or mine.count() >= MOST_VIEWS:
            say(
                request,
                _("Give the filter a name; no more than %(most)s are kept.") % {"most": MOST_VIEWS},
            )
            return HttpResponseRedirect(f"{self.url('list')}?{query.urlencode()}")
        view, _created = mine.update_or_create(
            defaults={"query": query.urlencode()},
            create_defaults={"query": query.urlencode(), "columns": self._columns(request)},
            user_id=self.rights.user,
            place=self.kind.key,
            name=name,
        )
        say(request, _("Saved as “%(name)s”.") % {"name": name})
        return HttpResponseRedirect(f"{self.url('list')}?view={view.pk}&{view.query}")

    def _columns(self, request: HttpRequest) -> list[str]:
        """A new view begins with the columns that are shown."""
        back = QueryDict(request.POST.get("query", "")[:1000])
        return [column.name for column in Listing(self.kind, self.rights, back).columns]
