"""Kinds in the approval center: what it shows of any of their documents."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.text import capfirst
from django.utils.translation import override

from apps.core.access.rights import NOBODY, rights_of
from apps.core.documents import (
    Card,
    Changes,
    DocumentPages,
    OpenDocument,
    Part,
    Risk,
    Snapshot,
)
from apps.core.kinds import columns, extras, parts
from apps.core.kinds.addresses import url_of
from apps.core.kinds.declaration import DetailTab, DocumentKind
from apps.core.kinds.registry import kind_of_key
from apps.core.kinds.showing import Sheet, reader_of
from engine.models import ProcessInstance

WITH_DOCUMENT = ("attachments",)
"""Tabs of its own page that an approver sees below the document."""
RELATED = ("top", "related")
"""Places of the parts that stand among the related documents."""


class OpenRecord(OpenDocument):
    """A document of a kind, as its own page shows it."""

    def __init__(self, kind: DocumentKind, record: Any, request: HttpRequest) -> None:
        self.kind, self.record, self.request = kind, record, request
        self.rights = rights_of(int(request.user.pk or NOBODY))

    @cached_property
    def risks(self) -> Sequence[Risk]:
        return [_told(risk, risk.text) for risk in self.kind.risks(self.record)]

    def preview(self, changes: Changes) -> Part:
        return Part(
            "core/kinds/_approval.html",
            {
                "kind": self.kind,
                "record": self.record,
                "sheet": Sheet(self.kind, self.record, self.rights),
                "evidence": [
                    *self._shown([part for part in _parts() if part.for_approver]),
                    *(self._rendered(tab()) for tab in self.kind.tabs if tab.for_approver),
                ],
                "parts": self._shown(self._below, changes=changes),
            },
        )

    def snapshot(self) -> Snapshot:
        with override(settings.LANGUAGE_CODE):  # another language is no change
            said = dict(Sheet(self.kind, self.record, rights_of(NOBODY)).said())
        return said | {path: text for tab in self._below for path, text in tab.said(self.record)}

    def label_of(self, path: str) -> str:
        name = path.partition(".")[0]
        if name in extras.tabs:
            return str(extras.tabs[name].label)
        for lines in self.kind.lines:
            if lines.related == name:
                return lines.title
        return columns.resolve(self.kind.model, path).label

    @property
    def _below(self) -> list[extras.EveryTab]:
        return [extras.tabs[name] for name in WITH_DOCUMENT if name in extras.tabs]

    def related(self) -> Part | None:
        # What stands beside is its trail: a tab of its own.
        parts = [part for part in _parts() if part.place in RELATED and not part.for_approver]
        shown = [text for text in self._shown(parts) if text.strip()]
        return Part("core/kinds/_related.html", {"parts": shown}) if shown else None

    def _shown(self, parts: Sequence[extras.EveryTab], **context: Any) -> list[str]:
        return [
            self._rendered(part, **context)
            for part in parts
            if part.shown(self.kind, self.record, self.rights)
        ]

    def _rendered(self, part: DetailTab, **context: Any) -> str:
        given = part.context(self.request, self.record)
        context = {"record": self.record, "kind": self.kind, **context, **given}
        return render_to_string(part.template, context, self.request)


class KindPages(DocumentPages):
    """The documents of one kind."""

    def __init__(self, kind: DocumentKind) -> None:
        self.kind = kind

    def card(self, instance: ProcessInstance) -> Card:
        pk = kind_of_key(instance.business_key)[1]
        flags = (self.kind.risk_flags.get(code) for code in instance.card.get("risks", ()))
        return Card(
            number=str(instance.card.get("number", pk)),
            kind=capfirst(self.kind.label),
            url=url_of(self.kind, "page", pk),
            risks=tuple(_told(flag) for flag in flags if flag is not None),
            again=bool(instance.card.get("again")),
        )

    def open(self, request: HttpRequest, instance: ProcessInstance) -> OpenRecord | None:
        """Whoever may see the case may see its document."""
        pk = kind_of_key(instance.business_key)[1]
        record = reader_of(self.kind).first(pk)
        return None if record is None else OpenRecord(self.kind, record, request)


def _parts() -> list[extras.PagePart]:
    """The parts of the pages of every kind."""
    return [part for part in extras.in_order(extras.parts) if isinstance(part, extras.PagePart)]


def _told(flag: parts.Risk, text: str = "") -> Risk:
    return Risk(str(flag.label), text, "danger" if flag.level == "danger" else "warning")
