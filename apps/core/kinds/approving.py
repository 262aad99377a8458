"""Kinds in the approval center: what it shows of any of their documents."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.text import capfirst
from django.utils.translation import override

from apps.core import documents
from apps.core.access.rights import Rights, rights_of
from apps.core.documents import Card, DocumentPages, Part, Snapshot
from apps.core.kinds import extras
from apps.core.kinds.addresses import url_of
from apps.core.kinds.declaration import DetailTab, DocumentKind
from apps.core.kinds.registry import kind_of_key
from apps.core.kinds.showing import Sheet
from engine.models import ProcessInstance

NOBODY = 0
"""Has no rights: what a snapshot holds is what every reader of the document sees."""
WITH_DOCUMENT = ("attachments",)
"""Tabs of its own page that an approver sees below the document."""


class KindPages(DocumentPages):
    """The documents of one kind, as its own page shows them."""

    def __init__(self, kind: DocumentKind) -> None:
        self.kind = kind

    def cards(self, business_keys: Collection[str]) -> Mapping[str, Card]:
        pks = [kind_of_key(key)[1] for key in business_keys]
        rows = self.kind.model._default_manager.filter(pk__in=pks)
        rows = rows.select_related(*self.kind.related)
        rows = rows.prefetch_related(*(lines.related for lines in self.kind.lines))
        return {row.business_key: self._card(row) for row in rows}

    def _card(self, record: Any) -> Card:
        return Card(
            number=str(record),
            kind=capfirst(self.kind.label),
            url=url_of(self.kind, "page", record.pk),
            version=str(record.version),
            risks=tuple(
                documents.Risk(
                    str(risk.label), risk.text, "danger" if risk.level == "danger" else "warning"
                )
                for risk in self.kind.risks(record)
            ),
        )

    def preview(self, request: HttpRequest, instance: ProcessInstance) -> Part | None:
        record = self._record(instance)
        if record is None:
            return None
        rights = rights_of(int(request.user.pk or NOBODY))
        below = [extras.tabs[name] for name in WITH_DOCUMENT if name in extras.tabs]
        return Part(
            "core/kinds/_approval.html",
            {
                "kind": self.kind,
                "record": record,
                "sheet": Sheet(self.kind, record, rights),
                "evidence": [
                    self._rendered(tab(), request, record)
                    for tab in self.kind.tabs
                    if tab.for_approver
                ],
                "parts": self._shown(request, record, rights, below),
            },
        )

    def snapshot(self, instance: ProcessInstance) -> Snapshot:
        record = self._record(instance)
        with override(settings.LANGUAGE_CODE):  # another language is no change
            return dict(Sheet(self.kind, record, rights_of(NOBODY)).said()) if record else {}

    def related(self, request: HttpRequest, instance: ProcessInstance) -> Part | None:
        record = self._record(instance)
        if record is None:
            return None
        rights = rights_of(int(request.user.pk or NOBODY))
        parts = self._shown(request, record, rights, list(extras.in_order(extras.parts)))
        return Part("core/kinds/_related.html", {"parts": parts})

    def _record(self, instance: ProcessInstance) -> Any:
        """The document of a case; whoever may see the case may see it."""
        pk = kind_of_key(instance.business_key)[1]
        return (
            self.kind.model._default_manager.select_related(*self.kind.related)
            .filter(pk=pk)
            .first()
        )

    def _shown(
        self, request: HttpRequest, record: Any, rights: Rights, parts: list[extras.EveryTab]
    ) -> list[str]:
        return [
            self._rendered(part, request, record)
            for part in parts
            if part.shown(self.kind, record, rights)
        ]

    def _rendered(self, part: DetailTab, request: HttpRequest, record: Any) -> str:
        context = {"record": record, "kind": self.kind, **part.context(request, record)}
        return render_to_string(part.template, context, request)
