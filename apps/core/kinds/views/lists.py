"""The list of a kind, and how somebody wants it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.kinds import columns, extras
from apps.core.kinds.columns import Cell
from apps.core.kinds.commands import commands_of
from apps.core.kinds.listing import COUNTED, OWN_WORDS, SIZES, Listing, clean
from apps.core.kinds.models import SavedView
from apps.core.kinds.saved_views import choose_columns, delete_view, save_view
from apps.core.kinds.views.base import KindView
from apps.core.shell.toasts import say
from engine.exceptions import InvalidData

PHONE_FACTS: Final = 4
UNNAMED: Final = ("state", "flag", "number")
"""What says nothing without the heading of its column, or stands beside already."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell of a row, with how its column looks."""

    text: str
    href: str
    colour: str
    style: str
    numeric: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that a row shows: it is drawn once for every list in which it looks the same."""

    pk: int
    name: str
    url: str
    title: str
    facts: str
    amount: str  # to be added up by the page
    money: str
    state: Cell | None
    cells: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a list, ready to be shown."""

    row: Any
    drawing: Drawing


class ListPage(KindView):
    """Rows of a kind: searched, filtered, in order, page by page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        listing = Listing(self.kind, self.rights, request.GET)
        part = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
        context = {**self.context(listing), "part": part}
        return self.show("_list.html" if part else "list.html", context)

    def context(self, listing: Listing) -> dict[str, Any]:
        query = listing.query.copy()
        query.pop("cursor", None)
        return {
            "listing": listing,
            "place": capfirst(self.kind.label_plural),
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
            "looks": self.looks(query.urlencode()),
            "shortcuts": self.shortcuts(listing),
            "bulk": self.bulk(),
            "views": [(view, f"?view={view.pk}&{view.query}") for view in listing.saved],
        }

    def line(self, listing: Listing, row: Any) -> Line:
        """A row, with what a phone shows of it."""
        cells = [(column, column.cell(row)) for column in listing.columns]
        title, amount = self.kind.title(row), self.kind.amount
        said = {title} if self.kind.title_field else {title, *title.split()}
        others = [
            cell.text
            for column, cell in cells
            if column.name != amount
            and column.style not in UNNAMED
            and cell.text
            and cell.text not in said
        ]
        money = columns.value_of(row, amount) if amount else None
        drawing = Drawing(
            pk=row.pk,
            name=str(row),
            url=self.url("page", row.pk),
            title=title,
            facts="　".join(others[:PHONE_FACTS]),
            amount="" if money is None else str(money),
            money="" if money is None else columns.money(money),
            state=next((cell for _column, cell in cells if cell.colour), None),
            cells=tuple(
                Shown(cell.text, cell.href, cell.colour, column.style, column.numeric)
                for column, cell in cells
            ),
        )
        return Line(row, drawing)

    def shortcuts(self, listing: Listing) -> list[tuple[str, str, bool]]:
        """Filters of the kind: label, address, whether it is what the list is set to."""
        asked = {
            name: listing.query[name] for name in listing.query if name not in OWN_WORDS - {"q"}
        }
        found = []
        for label, text in self.kind.shortcuts:
            query = text.format(me=self.rights.user)
            found.append((str(label), f"?{query}", dict(parse_qsl(query)) == asked))
        return found

    def looks(self, query: str) -> list[tuple[str, str, bool]]:
        """The ways to look at these rows: label, address, whether it is this one."""
        others = [
            (str(label), f"{reverse(name)}?{query}", False) for label, name in self.kind.looks
        ]
        return [*others, (_("List"), "", True)] if others else []

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
        try:
            view = choose_columns(
                rights=self.rights, place=self.kind.key, view=listing.view, columns=chosen
            )
        except InvalidData as error:
            say(request, str(error), level=messages.WARNING)
        else:
            if view.name:
                back["view"] = str(view.pk)
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
    """Filters that somebody gives a name, or no longer needs; `look`: where that was asked for, of
    the other ways to look at the rows."""

    @property
    def back(self) -> str:
        look = self.request.POST.get("look", "")
        known = {name for _label, name in self.kind.looks}
        return reverse(look) if look in known else self.url("list")

    def post(self, request: HttpRequest) -> HttpResponse:
        if "delete" in request.POST:
            wanted = request.POST["delete"]
            if wanted.isdecimal() and delete_view(
                rights=self.rights, place=self.kind.key, view=int(wanted[:18])
            ):
                say(request, _("The saved filter is gone."))
            return HttpResponseRedirect(self.back)
        query = clean(QueryDict(request.POST.get("query", "")[:1000]))
        columns = [column.name for column in Listing(self.kind, self.rights, query).columns]
        for word in OWN_WORDS - {"q", "sort"}:
            query.pop(word, None)
        try:
            view = save_view(
                rights=self.rights,
                place=self.kind.key,
                name=request.POST.get("name", ""),
                query=query.urlencode(),
                share="share" in request.POST,
                columns=columns,
            )
        except InvalidData as error:
            say(request, str(error), level=messages.WARNING)
            return HttpResponseRedirect(f"{self.back}?{query.urlencode()}")
        say(request, saved_as(view))
        return HttpResponseRedirect(f"{self.back}?view={view.pk}&{view.query}")


def saved_as(view: SavedView) -> str:
    """What is said after a filter was kept."""
    if view.shared_with_id:
        text = _("Saved as “%(name)s”; your department sees it too.")
    else:
        text = _("Saved as “%(name)s”.")
    return text % {"name": view.name}
