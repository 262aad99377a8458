"""The menu as one person sees it on one page: what is allowed, where, and how much waits there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.core.access.actions import Action
from apps.core.access.rights import Rights, rights_of
from apps.core.addresses import address
from apps.core.shell import navigation
from apps.core.shell.drawing import drawn
from apps.core.shell.navigation import Entry, Label, Module


@dataclass(frozen=True, slots=True)
class Link:
    """An entry that this person may follow."""

    entry: Entry
    active: bool
    count: int | None  # how much waits there; None where nothing is counted

    @property
    def mark(self) -> str:
        """Names the places on a page that tell its count."""
        return self.entry.name.replace(".", "-")

    @property
    def href(self) -> str:
        return self.entry.href

    @property
    def label(self) -> Label:
        return self.entry.label

    @property
    def short(self) -> Label:
        return self.entry.short or self.entry.label


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one heading; the first ones stand under none. Nor does a single entry that
    follows these: its heading would say the same. `label` is empty then."""

    label: Label
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A module with what this person may use of it."""

    code: str
    module: Module
    groups: tuple[Group, ...]
    open: bool

    @property
    def active(self) -> bool:
        return any(link.active for group in self.groups for link in group.links)

    @property
    def href(self) -> str:
        return self.groups[0].links[0].href


class Menu:
    """The menu of a request. Nothing is asked of the database before it is shown."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._user: int = request.user.pk  # type: ignore[assignment]  # somebody has logged in

    @cached_property
    def _rights(self) -> Rights:
        return rights_of(self._user)

    def _may_follow(self, entry: Entry) -> bool:
        if entry.visible is not None and not entry.visible(self._request):
            return False
        action = Action.ADD if entry.create else Action.VIEW
        return not entry.kind or self._rights.may(entry.kind, action)

    @cached_property
    def _allowed(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in navigation.entries() if self._may_follow(entry))

    @cached_property
    def _here(self) -> Entry | None:
        """The entry to which this page belongs: the one with the longest part of its address. Of
        two modules that lead to it, the later one, which is its own."""
        fitting = [
            (len(path), len(entry.query), position)
            for position, entry in enumerate(self._allowed)
            if not entry.create  # a new document belongs to the list of its kind
            for path in entry.paths
            if self._leads_here(entry, path) and self._asked_for(entry)
        ]
        return self._allowed[max(fitting)[2]] if fitting else None

    @property
    def here(self) -> Label:
        """What the menu calls this page: its place where the view says no other."""
        return self._here.label if self._here else ""

    def _leads_here(self, entry: Entry, path: str) -> bool:
        """Whether this page is the entry's or lies below it; below the first page lies all."""
        if path == "/":
            return self._request.path == path
        return self._request.path.startswith(path)

    def _asked_for(self, entry: Entry) -> bool:
        """Whether this is the part of its address that an entry leads to: by what is asked for, on
        the page of a record by whether it is listed there."""
        record = getattr(self._request, "record", None)
        if record is not None and entry.lists is not None:
            return entry.lists(record)
        return set(parse_qsl(entry.query)) <= set(self._request.GET.items())

    def _link(self, entry: Entry) -> Link:
        return Link(entry, entry is self._here, self._count(entry))

    def _count(self, entry: Entry) -> int | None:
        return None if entry.count is None else entry.count(self._request)

    @cached_property
    def _links(self) -> tuple[Link, ...]:
        return tuple(self._link(entry) for entry in self._allowed if not entry.create)

    @cached_property
    def _opened(self) -> frozenset[str]:
        """Modules that this browser keeps open."""
        opened = self._request.COOKIES.get("modules", "").split(".")
        return frozenset(opened).intersection(navigation.MODULES)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Modules of which this person may use something."""
        return _parts(self._links, self._opened)

    @property
    def sidebar(self) -> SafeString:
        """The side bar, drawn."""
        folded = self._request.COOKIES.get("sidebar") == "folded"
        return drawn("core/_sidebar.html", parts=self.parts, folded=folded)

    @property
    def tabbar(self) -> SafeString:
        """The tab bar of a phone, drawn."""
        on_menu = self._request.path == address("shell:menu")
        return drawn("core/_tabbar.html", tabs=self.tabs, on_menu=on_menu)

    @property
    def counted(self) -> tuple[Link, ...]:
        """What tells how much waits there."""
        return tuple(link for link in self._links if link.count is not None)

    @cached_property
    def creations(self) -> tuple[Link, ...]:
        """The menu “New”."""
        return tuple(self._link(entry) for entry in self._allowed if entry.create)

    @cached_property
    def tabs(self) -> tuple[Link, ...]:
        """Up to four tabs of a phone; the fifth leads to everything."""
        roles = self._rights.roles
        own = next((names for role, names in navigation.TABS.items() if role in roles), None)
        wanted = (*(own or navigation.TABS[""]), *navigation.SPARE_TABS)
        by_name = {entry.name: entry for entry in self._allowed}
        found = dict.fromkeys(by_name[name] for name in wanted if name in by_name)
        return tuple(self._link(entry) for entry in list(found)[:4])

    @cached_property
    def bell(self) -> Link | None:
        """Where the bell leads, with how much rings."""
        by_name = {entry.name: entry for entry in self._allowed}
        found = next((by_name[name] for name in navigation.BELL if name in by_name), None)
        return self._link(found) if found else None

    @cached_property
    def trail(self) -> tuple[tuple[Label, str], ...]:
        """Breadcrumbs to this page as far as the menu knows: module, entry."""
        for part in self.parts:
            for group in part.groups:
                for link in group.links:
                    if link.active:
                        at = self._request.path == link.entry.path
                        own = () if at else ((link.label, link.href),)
                        return ((part.module.label, part.href), *own)
        return ()

    @cached_property
    def back(self) -> tuple[Label, str] | None:
        """Where somebody goes on who was refused: to the page from which they sent something, else
        to the list that this page belongs to, as they left it."""
        came = urlsplit(self._request.headers.get("Referer", ""))
        own = came.netloc == self._request.get_host()
        # One slash only: two of them would lead to another site.
        address = urlunsplit(("", "", f"/{came.path.lstrip('/')}", came.query, ""))
        if own and self._request.method == "POST":
            return _("Back"), address
        here = self._here
        if here is None or self._request.path == here.path:
            return None
        return here.label, address if own and came.path == here.path else here.href


def _parts(links: Sequence[Link], opened: Collection[str]) -> tuple[Part, ...]:
    found = []
    for code, module in navigation.MODULES.items():
        groups: list[Group] = []
        for name, label in module.groups.items():
            own = [one for one in links if (one.entry.module, one.entry.group) == (code, name)]
            if own:
                headed = len(own) > 1 or any(group.label for group in groups)
                groups.append(Group(label if headed else "", tuple(own)))
        if groups:
            here = any(link.active for group in groups for link in group.links)
            found.append(Part(code, module, tuple(groups), here or code in opened))
    return tuple(found)
