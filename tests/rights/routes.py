"""Every address of the product, as the resolver knows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Route:
    """A named address with its view and the names of its parts."""

    name: str
    view: Callable[..., Any]
    parts: frozenset[str]

    def __str__(self) -> str:
        return self.name


def routes() -> Iterator[Route]:
    """All of them. Two patterns of one name count once."""
    found = {route.name: route for route in _walk(get_resolver().url_patterns, "", frozenset())}
    yield from found.values()


def _walk(patterns: list[Any], space: str, parts: frozenset[str]) -> Iterator[Route]:
    for pattern in patterns:
        here = parts | frozenset(pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, inner, here)
        elif isinstance(pattern, URLPattern):
            yield Route(f"{space}{pattern.name or pattern.pattern}", pattern.callback, here)
