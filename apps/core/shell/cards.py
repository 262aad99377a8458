"""Cards of the first page: each app says what it shows there, in a module `home_cards.py`, which is
discovered at start-up.

    add(Card(name="sales.funnel", template="sales/_my_funnel.html", context=my_funnel, position=20))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from engine.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card. `context(request)` is what its template shows; None: this person has no such card."""

    name: str
    template: str
    context: Callable[[HttpRequest], Mapping[str, Any] | None]
    position: int = 100


_cards: Registry[Card] = Registry("card of the first page")


def add(*cards: Card) -> None:
    """The cards exist from now on; raises ImproperlyConfigured for a name that is taken."""
    for card in cards:
        _cards.add(card.name, card)


def rendered(request: HttpRequest) -> Iterator[str]:
    """The cards that this person has, ready to be shown, in their order."""
    for card in sorted((_cards[name] for name in _cards), key=lambda one: one.position):
        context = card.context(request)
        if context is not None:
            yield render_to_string(card.template, dict(context), request)
