"""The page of a record."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from apps.core.access.actions import Action
from apps.core.inbox import looking
from apps.core.inbox.pages import waits_for_withdrawal
from apps.core.kinds import columns, extras, services
from apps.core.kinds.commands import offered
from apps.core.kinds.declaration import DetailTab
from apps.core.kinds.extras import EveryTab
from apps.core.kinds.showing import Sheet, reader_of
from apps.core.kinds.strips import strip_of
from apps.core.kinds.views.base import KindView
from apps.core.links.push_down import follow_ups
from engine.models import ProcessInstance

DOCUMENT = "document"


class RecordPage(KindView):
    """A record: what it says, its lines, whom it waits for, and further tabs."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self.find(pk, read=reader_of(self.kind))
        tabs = self.tabs(record)
        name = request.GET.get("tab", DOCUMENT)
        tab = next((one for one in tabs if one.name == name), None)
        if name != DOCUMENT and tab is None:
            raise Http404
        if tab is not None and request.htmx and "part" in request.GET:  # type: ignore[attr-defined]
            return render(request, tab.template, self.tab_context(tab, record))
        context = {"record": record, "tabs": tabs, "tab": tab, "sheet_template": self.sheet()}
        context |= self.document(record) if tab is None else self.tab_context(tab, record)
        if _asks_for_tabs(request):
            return self.show("_tabs.html", context)
        return self.show("page.html", self.context(record) | context)

    def sheet(self) -> list[str]:
        """The template of the first tab; an app's own in `<app>/<model>/` comes first."""
        meta = self.kind.model._meta
        return [f"{meta.app_label}/{meta.model_name}/_document.html", "core/kinds/_document.html"]

    def tab_context(self, tab: DetailTab, record: Any) -> dict[str, Any]:
        """What a tab shows."""
        return {
            "record": record,
            "kind": self.kind,
            "tab": tab,
            **tab.context(self.request, record),
        }

    def tabs(self, record: Any) -> list[DetailTab]:
        """Those of the kind, then those that every kind has."""
        own = sorted((tab() for tab in self.kind.tabs), key=lambda tab: tab.position)
        every = [*own, *extras.in_order(extras.tabs)]
        return [tab for tab in every if tab.shown(self.kind, record, self.rights)]

    def context(self, record: Any) -> dict[str, Any]:
        """The heading, which is there whatever tab is open."""
        can = self.kind.abilities(self.rights, record)
        case = services.live_instance(record.business_key) if self.kind.approval else None
        mine = case if case is not None and case.starter == self.rights.user else None
        commands = list(offered(self.kind, record, can))
        risks = self.kind.risks(record)
        warned = {str(risk.label) for risk in risks}  # a warning of a state says which it is
        return {
            "record": record,
            "title": self.kind.title(record),
            "place": str(record),
            "breadcrumbs": self.trail(),
            "can": can,
            "badges": [one for one in columns.badges(record) if one.text not in warned],
            "risks": risks,
            "case": case,
            "case_url": reverse("inbox:instance", args=[case.pk]) if case else "",
            "withdrawable": mine is not None and waits_for_withdrawal(mine),
            "may_urge": mine is not None,
            "strip": strip_of(self.kind, record),
            **self.sent_back(record),
            "waiting_for": looking.waiting(case) if case else [],
            "main_commands": [(name, one) for name, one in commands if one.primary],
            "further_commands": [(name, one) for name, one in commands if not one.primary],
            "may_copy": self.kind.copies and self.rights.may(self.kind.key, Action.ADD),
            "follow_ups": list(follow_ups(self.kind, record, self.rights)),
            "buttons": [b for b in extras.buttons(extras.page_buttons) if str(b.action) in can],
        }

    # --- the document itself ----------------------------------------------------------------------
    def document(self, record: Any) -> dict[str, Any]:
        parts = extras.in_order(extras.parts)
        shown = [part for part in parts if part.shown(self.kind, record, self.rights)]
        sheet = Sheet(self.kind, record, self.rights)
        return {"sheet": sheet, **self.parts(record, shown)}

    def parts(self, record: Any, parts: list[EveryTab]) -> dict[str, list[str]]:
        """What other parts of the core add, ready to be shown: above the lines, and beside them."""
        found: dict[str, list[str]] = {"top": [], "side": []}
        for part in parts:
            if (place := getattr(part, "place", "top")) in found:
                html = render_to_string(part.template, self.tab_context(part, record), self.request)
                found[place].append(html)
        return found


def _asks_for_tabs(request: HttpRequest) -> bool:
    """Whether only the tabs are to be shown anew: the heading stays as it is."""
    htmx: Any = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and htmx.target == "tabs" and not htmx.history_restore_request


def cases_of(business_key: str) -> list[ProcessInstance]:
    """All cases of a record, the latest first; without their stored state."""
    found = ProcessInstance.objects.filter(business_key=business_key).select_related("definition")
    return list(found.defer("runtime", "definition__compiled").order_by("-pk"))
