"""What other parts of the core add to the pages of every kind: tabs, parts of the page, buttons.

They say so in a module `page_parts.py`, which is discovered in every app at start-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from apps.core.access.actions import Action
from apps.core.kinds.declaration import DetailTab
from apps.core.kinds.parts import Text
from engine.registry import Registry


class EveryTab(DetailTab):
    """A tab of the page of every record."""

    position: ClassVar[int] = 100

    def said(self, record: Any) -> Iterable[tuple[str, str]]:
        """Path (which begins with the name of the tab) and text of what it says of a document, for
        telling an approver next time what has changed."""
        return ()


class PagePart(EveryTab):
    """A part of the first tab of every record, between its fields and its lines (`place` "top")
    or beside them ("side"); or only among the related documents of the approval center
    ("related")."""

    place: ClassVar[str] = "top"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A link in the heading of every list, or of the page of every record.

    `url` is the name of an address that takes the kind (and the id). A list's button hands on the
    filters of the list. `bulk`: offered for selected rows too, which it gets by POST as `pk`."""

    name: str
    label: Text
    icon: str
    url: str
    action: Action
    position: int = 100
    bulk: bool = False


tabs: Registry[EveryTab] = Registry("tab of every kind")
parts: Registry[PagePart] = Registry("part of every page")
list_buttons: Registry[Button] = Registry("button of every list")
page_buttons: Registry[Button] = Registry("button of every page")

Tab = TypeVar("Tab", bound="type[EveryTab]")


def page_tab(name: str, *, label: Text, position: int = 100) -> Callable[[Tab], Tab]:
    """Class decorator: a tab of the page of every record, `?tab=name`."""

    def add(tab: Tab) -> Tab:
        tab.name, tab.label, tab.position = name, label, position
        one = tab()
        if isinstance(one, PagePart):
            parts.add(name, one)
        else:
            tabs.add(name, one)
        return tab

    return add


page_part = page_tab
"""Class decorator: a part of the page of every record."""


def in_order(registry: Registry[EveryTab] | Registry[PagePart]) -> Iterator[EveryTab]:
    """Tabs or parts by their positions."""
    yield from sorted((registry[name] for name in registry), key=lambda one: one.position)


def buttons(registry: Registry[Button]) -> list[Button]:
    """Buttons by their positions."""
    return sorted((registry[name] for name in registry), key=lambda one: one.position)
