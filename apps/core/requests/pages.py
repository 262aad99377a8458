"""The general request in the approval center: all of it lives in the variables of its process."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.core.documents import Card, DocumentPages, Part, Snapshot, registry
from engine import pictures
from engine.models import ProcessInstance

KEY = "requests.request"


class RequestPages(DocumentPages):
    """Amount and text; there are neither risks nor related documents."""

    def cards(self, business_keys: Collection[str]) -> Mapping[str, Card]:
        kind = _("General request")
        return {key: Card(number=f"#{key.partition(':')[2]}", kind=kind) for key in business_keys}

    def preview(self, request: HttpRequest, instance: ProcessInstance) -> Part:
        return Part("core/requests/_preview.html", {"values": self.snapshot(instance)})

    def snapshot(self, instance: ProcessInstance) -> Snapshot:
        values = pictures.variables(instance)
        return {
            "subject": str(values.get("subject", "")),
            "amount": _money(values.get("amount")),
            "text": str(values.get("text") or ""),
        }


def _money(amount: Any) -> str:
    try:
        return f"¥{Decimal(str(amount)):,.2f}"
    except InvalidOperation:
        return ""


registry.add(KEY, RequestPages())
