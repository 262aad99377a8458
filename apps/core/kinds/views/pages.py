"""The page of a record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.inbox import looking
from apps.core.kinds import columns, extras, services
from apps.core.kinds.columns import STATE_COLOURS, Cell, Column
from apps.core.kinds.commands import COMMANDS, Command
from apps.core.kinds.declaration import DetailTab, DocumentKind, Lines, Section
from apps.core.kinds.editing import line_rows
from apps.core.kinds.extras import EveryTab
from apps.core.kinds.views.base import KindView
from engine.models import ProcessInstance

DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Fact:
    """A field of the header with what it says."""

    label: str
    cell: Cell
    wide: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Lines as they are shown; `sums` below them, one for each column."""

    label: str
    columns: list[Column]
    rows: list[tuple[Any, list[tuple[Column, Cell]]]]
    sums: list[str]

    @property
    def has_sums(self) -> bool:
        return any(self.sums)


class RecordPage(KindView):
    """A record: what it says, its lines, whom it waits for, and further tabs."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self.find(pk)
        tabs = self.tabs(record)
        name = request.GET.get("tab", DOCUMENT)
        tab = next((one for one in tabs if one.name == name), None)
        if name != DOCUMENT and tab is None:
            raise Http404
        if tab is not None and request.htmx and "part" in request.GET:  # type: ignore[attr-defined]
            return self.show(tab.template, self.tab_context(tab, record))
        context = self.context(record) | {"tabs": tabs, "tab": tab}
        if tab is None:
            context |= self.document(record)
        else:
            context |= self.tab_context(tab, record)
        return self.show("page.html", context)

    def tab_context(self, tab: DetailTab, record: Any) -> dict[str, Any]:
        """What a tab shows."""
        return {"record": record, "kind": self.kind, **tab.context(self.request, record)}

    def tabs(self, record: Any) -> list[DetailTab]:
        """Those of the kind, then those that every kind has."""
        every = extras.in_order(extras.tabs)
        return [
            *(tab() for tab in self.kind.tabs),
            *(tab for tab in every if tab.shown(self.kind, record, self.rights)),
        ]

    def context(self, record: Any) -> dict[str, Any]:
        """The heading, which is there whatever tab is open."""
        can = self.kind.abilities(self.rights, record)
        case = services.live_instance(record.business_key) if self.kind.approval else None
        return {
            "record": record,
            "title": self.kind.title(record),
            "place": str(record),
            "breadcrumbs": self.trail(),
            "can": can,
            "state_colour": STATE_COLOURS[record.state] if self.kind.is_document else "",
            "risks": self.kind.risks(record),
            "case": case,
            "case_url": reverse("inbox:instance", args=[case.pk]) if case else "",
            "withdrawable": case is not None and case.starter == self.rights.user,
            "waiting_for": looking.waiting(case) if case else [],
            "commands": self.commands(can),
            "may_copy": self.rights.may(self.kind.key, Action.ADD),
            "buttons": [b for b in extras.buttons(extras.page_buttons) if str(b.action) in can],
        }

    def commands(self, can: frozenset[str]) -> list[tuple[str, Command]]:
        """What else can be done with it now."""
        return [
            (name, command)
            for name, command in COMMANDS.items()
            if command.action in can
            and (command.action != Action.VOID or self.kind.is_document)
            and command.action != Action.SUBMIT
        ]

    # --- the document itself ----------------------------------------------------------------------
    def document(self, record: Any) -> dict[str, Any]:
        kind, parts = self.kind, list(extras.in_order(extras.parts))
        shown = [part for part in parts if part.shown(kind, record, self.rights)]
        return {
            "amount": self.fact(kind.amount, record) if kind.amount else None,
            "sections": [
                (section.label, facts)
                for section in sections_of(kind)
                if (facts := list(self.facts(record, section.fields)))
            ],
            "tables": [self.table(record, lines) for lines in kind.lines],
            "totals": list(self.facts(record, kind.totals)),
            **self.parts(record, shown),
        }

    def parts(self, record: Any, parts: list[EveryTab]) -> dict[str, list[str]]:
        """What other parts of the core add, ready to be shown: above the lines, and beside them."""
        found: dict[str, list[str]] = {"top": [], "side": []}
        for part in parts:
            html = render_to_string(part.template, self.tab_context(part, record), self.request)
            found[getattr(part, "place", "top")].append(html)
        return found

    def fact(self, name: str, record: Any) -> Fact:
        column = columns.resolve(self.kind.model, name)
        cell = column.cell(record)
        if column.style == "date" and cell.text:
            cell = Cell(f"{columns.value_of(record, name):%Y-%m-%d}")
        return Fact(column.label, cell, column.style == "long")

    def facts(self, record: Any, names: Any) -> Iterator[Fact]:
        """Fields that say something."""
        for name in columns.open_names(self.kind, names, self.rights):
            fact = self.fact(name, record)
            if fact.cell.text:
                yield fact

    def table(self, record: Any, lines: Lines) -> Table:
        names = lines.columns or [*lines.form_class.base_fields, *lines.computed]
        shown = [
            columns.resolve(lines.model, name)
            for name in columns.open_names(self.kind, dict.fromkeys(names), self.rights)
        ]
        rows = list(line_rows(record, lines.related))
        label = str(lines.label or lines.model._meta.verbose_name_plural)
        return Table(
            label,
            shown,
            [(row, [(column, column.cell(row)) for column in shown]) for row in rows],
            [_sum(column, rows) for column in shown],
        )


def _sum(column: Column, rows: list[Any]) -> str:
    """The sum of amounts; prices and quantities of different things make none."""
    field = column.field
    if column.style != "money" or getattr(field, "decimal_places", 0) != 2 or len(rows) < 2:
        return ""
    values = [columns.value_of(row, column.name) for row in rows]
    return columns.money(sum(value for value in values if value is not None))


def sections_of(kind: DocumentKind) -> list[Section]:
    """The kind's sections; without any, one with all fields of the form."""
    return list(kind.sections) or [Section(_("Basic data"), tuple(kind.form_class.base_fields))]


def cases_of(business_key: str) -> list[ProcessInstance]:
    """All cases of a record, the latest first; without their stored state."""
    found = ProcessInstance.objects.filter(business_key=business_key).select_related("definition")
    return list(found.defer("runtime", "definition__compiled").order_by("-pk"))
