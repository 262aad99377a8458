"""The menu: the modules of the product, and the entries that apps bring to them.

An app says in its `navigation.py` (found at start-up) where its pages stand:

    navigation.add(Entry(
        name="sales.customers", module="sales", group="pool", kind="sales.customer", position=30,
    ))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Final, TypeAlias

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.utils.functional import Promise, lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.addresses import address
from apps.core.kinds.registry import kinds
from engine.registry import Registry

Label: TypeAlias = "str | Promise"


def lazystr(ask: Callable[[], str]) -> Any:
    """A text that is asked for whenever it is shown."""
    return lazy(ask, str)()


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """A part of the product, and the headings under which its entries stand. Each is itself alone,
    so that drawn menus can be kept."""

    label: Label
    icon: str
    groups: Mapping[str, Label] = field(default_factory=dict)


MODULES: Final[Mapping[str, Module]] = {
    "desk": Module(
        pgettext_lazy("module", "Desk"),
        "layout-dashboard",
        {
            "": "",
            "reminders": _("Reminder center"),
            "approvals": _("Approval center"),
            "contracts": _("Contract management"),
        },
    ),
    "sales": Module(
        pgettext_lazy("module", "Sales"),
        "briefcase",
        {
            "": "",
            "pool": _("Customer pool"),
            "opportunities": _("Opportunity management"),
            "contracts": _("Contract management"),
            "activities": _("Sales activities"),
        },
    ),
    "service": Module(pgettext_lazy("module", "Service"), "headset", {"": ""}),
    "finance": Module(pgettext_lazy("module", "Finance"), "coin-yuan", {"": ""}),
    "settings": Module(pgettext_lazy("module", "Settings"), "settings", {"": ""}),
    "reports": Module(pgettext_lazy("module", "Reports"), "chart-bar", {"": ""}),
    "processes": Module(pgettext_lazy("module", "Processes"), "sitemap", {"": ""}),
}
"""The modules in the order of the side bar, each with its groups in theirs."""


def _label(key: str, one: bool) -> str:
    return capfirst(kinds[key].label if one else kinds[key].label_plural)


def _icon(key: str) -> str:
    return kinds[key].icon


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entry:
    """A page that the menu leads to. Each is itself alone, so that drawn menus can be kept.

    It is shown to those who may VIEW its `kind` (with `create`: ADD to it), or where `visible`
    says so; with neither, to everybody. Without a `url` it leads to the list of that kind of
    documents (with `create`: to a new one), which also gives it label and icon where it has none.
    `query` ("view=claim") parts entries of one address, `lists` says which records it lists, whose
    pages belong to it then; `home`: the list of its `kind` belongs to it too, which no entry leads
    to, and so do the addresses named in `also`."""

    name: str
    module: str
    label: Label = ""
    url: str = ""  # name of the address
    args: tuple[object, ...] = ()
    query: str = ""
    lists: Callable[[Any], bool] | None = None
    group: str = ""
    icon: Label = ""
    short: Label = ""  # in the tab bar of a phone
    position: int = 100  # among the entries of its group
    kind: str = ""
    visible: Callable[[HttpRequest], bool] | None = None
    count: Callable[[HttpRequest], int] | None = None
    home: bool = False
    also: tuple[str, ...] = ()
    create: bool = False  # it stands in the menu "New", not in the side bar

    def __post_init__(self) -> None:
        if self.url:
            self._settle("icon", self.icon or "point")
            return
        self._settle("url", "kinds:new" if self.create else "kinds:list")
        self._settle("args", (self.kind,))
        # Asked when it is shown: this module may come before the kinds.
        self._settle("label", self.label or lazystr(partial(_label, self.kind, self.create)))
        self._settle("icon", self.icon or lazystr(partial(_icon, self.kind)))

    def _settle(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    @property
    def path(self) -> str:
        return address(self.url, *self.args)

    @property
    def paths(self) -> tuple[str, ...]:
        """The addresses that belong to it, with all below them."""
        home = (address("kinds:list", self.kind),) if self.home else ()
        return (self.path, *home, *map(address, self.also))

    @property
    def href(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path


_registry: Registry[Entry] = Registry("navigation entry")


def add(*entries: Entry) -> None:
    """Take entries into the menu; raises ImproperlyConfigured for a name that is taken, and for an
    unknown module or group."""
    for entry in entries:
        module = MODULES.get(entry.module)
        if module is None or entry.group not in module.groups:
            raise ImproperlyConfigured(f"{entry.name}: no {entry.module}/{entry.group} in the menu")
        _registry.add(entry.name, entry)
    _in_order.cache_clear()


def remove(name: str) -> None:
    """Take an entry out again (tests bring their own)."""
    _registry.remove(name)
    _in_order.cache_clear()


def find(name: str) -> Entry | None:
    """The entry of that name."""
    return _registry.get(name)


def entries() -> Sequence[Entry]:
    """All entries, in the order of the menu."""
    return _in_order()


@cache
def _in_order() -> tuple[Entry, ...]:
    modules = list(MODULES)

    def place(entry: Entry) -> tuple[int, int, int, str]:
        groups = list(MODULES[entry.module].groups)
        return (
            modules.index(entry.module),
            groups.index(entry.group),
            entry.position,
            entry.name,
        )

    return tuple(sorted((_registry[name] for name in _registry), key=place))


BELL: Final = ("desk.reminders", "desk.approvals")
"""Where the bell leads, whose count it shows: the first of them that exists."""

_MANAGER: Final = ("desk.home", "desk.approvals", "sales.team", "desk.reminders")
TABS: Final[Mapping[str, tuple[str, ...]]] = {
    "engineer": ("service.dispatches", "desk.schedule", "stock.spare_parts", "desk.reminders"),
    "department_head": _MANAGER,
    "general_manager": _MANAGER,
    "": ("sales.customers", "sales.activities", "contracts.sales", "desk.reminders"),
}
"""Tabs of a phone by role, the first role that somebody holds; "" for everybody else."""

SPARE_TABS: Final = ("desk.home", "desk.approvals", "contracts.sales", "sales.customers")
"""What fills the tab bar up where somebody may not see one of the tabs above."""
