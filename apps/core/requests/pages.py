"""The general request in the approval center: all of it lives in the variables of its process."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.core.documents import Card, Changes, DocumentPages, OpenDocument, Part, Snapshot, registry
from engine import pictures
from engine.models import ProcessInstance

KEY = "requests.request"


class OpenRequest(OpenDocument):
    """Amount and text; there are neither risks nor related documents."""

    def __init__(self, instance: ProcessInstance) -> None:
        self._instance = instance

    def preview(self, changes: Changes) -> Part:
        return Part("core/requests/_preview.html", {"values": self._said})

    def snapshot(self) -> Snapshot:
        return self._said

    def label_of(self, path: str) -> str:
        return {"subject": _("Subject"), "amount": _("Amount")}.get(path, _("Text"))

    @cached_property
    def _said(self) -> Snapshot:
        values = pictures.variables(self._instance)
        return {
            "subject": str(values.get("subject", "")),
            "amount": _money(values.get("amount")),
            "text": str(values.get("text") or ""),
        }


class RequestPages(DocumentPages):
    """General requests."""

    def card(self, instance: ProcessInstance) -> Card:
        number = instance.business_key.partition(":")[2]
        again = bool(instance.card.get("again"))
        return Card(number=f"#{number}", kind=_("General request"), again=again)

    def open(self, request: HttpRequest, instance: ProcessInstance) -> OpenDocument:
        return OpenRequest(instance)


def _money(amount: Any) -> str:
    try:
        return f"¥{Decimal(str(amount)):,.2f}"
    except InvalidOperation:
        return ""


registry.add(KEY, RequestPages())
