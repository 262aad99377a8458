"""Addresses of kinds: `/<module>/<kind-plural>/…`, one set of patterns for all of them.

`path("<kind:kind>/export/", …)` gives a view the kind itself, and nothing but a kind fits. Reversed
by key: `reverse("kinds:list", args=["sales.customer"])`."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.urls import register_converter

from apps.core.addresses import address
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.registry import kind_of_key, kinds


@cache
def _by_address() -> dict[str, DocumentKind]:
    """All kinds by the first part of their addresses. Asked after start-up."""
    return {address_of(kinds[key]): kinds[key] for key in kinds}


def address_of(kind: DocumentKind) -> str:
    """`contracts/sales-contracts`."""
    return f"{kind.module}/{kind.slug}"


class KindConverter:
    """The part of an address that names a kind."""

    regex = "[a-z_]+/[a-z0-9-]+"

    def to_python(self, value: str) -> DocumentKind:
        found = _by_address().get(value)
        if found is None:
            raise ValueError(value)
        return found

    def to_url(self, value: DocumentKind | str) -> str:
        kind = kinds.get(value) if isinstance(value, str) else value
        if kind is None:
            raise ValueError(value)
        return address_of(kind)


register_converter(KindConverter, "kind")


def url_of(kind: DocumentKind, page: str, *args: Any) -> str:
    """Address of a page of a kind: `list`, `new`, …"""
    return address(f"kinds:{page}", kind, *args)


def url_of_key(business_key: str) -> str:
    """Address of the page of a record. Raises NotFound where the key names none."""
    kind, pk = kind_of_key(business_key)
    return url_of(kind, "page", pk)
