"""Global search: each kind of thing that can be found says how, under a name of its own.

    search.add("sales.customer", Source(_("Customers"), "building", find_customers))

`find(user, text, limit)` gives at most `limit` rows that this user may see, the best first; it must
cost the same however many there are, as it runs while people type.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from apps.core.addresses import address
from apps.core.inbox import elements, facts, rows
from apps.core.inbox.visibility import Viewer, visible_instances
from apps.core.shell.navigation import Label
from engine.registry import Registry

SHORTEST: Final = 1  # characters; one Chinese character already says something
LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class Row:
    """Something found: what it is called, where it is, and what tells it from its like."""

    label: str
    url: str
    detail: str = ""


Find = Callable[[int, str, int], Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of thing that can be found."""

    label: Label
    icon: str
    find: Find
    position: int = 100


@dataclass(frozen=True, slots=True)
class Found:
    """What one source gave."""

    source: Source
    rows: Sequence[Row]
    more: bool  # than were asked for


_registry: Registry[Source] = Registry("search source")


def add(name: str, source: Source) -> None:
    """Let people find something; raises ImproperlyConfigured for a name that is taken."""
    _registry.add(name, source)


def remove(name: str) -> None:
    """Take a source out again (tests bring their own)."""
    _registry.remove(name)


def find(user: int, text: str, limit: int) -> list[Found]:
    """What there is for this user, kind by kind; at most `limit` rows of each."""
    text = text.strip()[:LONGEST]
    if len(text) < SHORTEST or "\x00" in text:
        return []
    found = []
    for source in sorted((_registry[name] for name in _registry), key=lambda one: one.position):
        rows_found = source.find(user, text, limit + 1)
        if rows_found:
            found.append(Found(source, rows_found[:limit], len(rows_found) > limit))
    return found


def _find_cases(user: int, text: str, limit: int) -> list[Row]:
    """Cases by their business key, or by the number in it."""
    keys = [text, *(f"{kind}:{text}" for kind in facts.registry)]
    cases = visible_instances(Viewer(user)).filter(business_key__in=keys).order_by("-pk")
    return [
        Row(
            rows.subject_of(case),
            address("inbox:instance", case.pk),
            elements.process_label(case.definition),
        )
        for case in cases[:limit]
    ]


add("engine.instance", Source(_("Processes"), "sitemap", _find_cases, position=900))
