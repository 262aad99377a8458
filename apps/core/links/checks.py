"""System check: what is declared to be pushed down can be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register

from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.registry import kinds
from apps.core.links.push_down import place, registry


@register("kinds")
def check_push_downs(**options: Any) -> list[CheckMessage]:
    """Each declaration has its way, and each way its declaration."""
    declared = [pair for key in kinds for pair in _declared(kinds[key])]
    found: list[CheckMessage] = [
        Error(f"nobody says how to push down {pair}", id="links.E001")
        for pair in declared
        if pair not in registry
    ]
    found += [
        Error(f"{pair} is pushed down, but not declared", id="links.E002")
        for pair in registry
        if pair not in declared
    ]
    return found


def _declared(kind: DocumentKind) -> Iterator[str]:
    for follower in kind.push_down:
        yield place(kind.key, follower.kind)
