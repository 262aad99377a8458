"""What each address needs. One line for an address or for all that begin alike; an address that no
line speaks of fails the tests.

`Needs(kind, action)` is a right. A view may also say itself which right it needs (`view.right`):
those of kinds do, for whichever kind their address names, so that a new kind needs no line here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase

from apps.core.access.actions import Action
from apps.core.access.doors import MEMBER
from apps.core.kinds.commands import commands_of
from apps.core.kinds.registry import kinds
from apps.core.kinds.views.acts import CommandPage
from apps.core.kinds.views.base import OF_THE_KIND
from tests.rights.routes import Route


class Open(Enum):
    """Addresses that no right of ours guards."""

    TO_ALL = "all"  # also without a login
    TO_MEMBERS = "members"  # whoever has logged in; whose rows they see is tested with them
    TO_SERVER = "server"  # server administrators, who have no account in a set
    BY_API = "api"  # declared and tested action by action in tests/core/api/test_rights.py


@dataclass(frozen=True)
class Needs:
    """This right; `write` where sending the form needs another one."""

    kind: str
    action: str
    write: str | None = None

    def for_method(self, method: str) -> str:
        return self.write if method == "post" and self.write is not None else self.action


Expected = Open | Needs
VIEW, ADD, CHANGE, DELETE = Action.VIEW, Action.ADD, Action.CHANGE, Action.DELETE

DECLARED: dict[str, Expected] = {
    "healthz": Open.TO_ALL,
    "login": Open.TO_ALL,
    "login_code": Open.TO_ALL,
    "logout": Open.TO_ALL,
    "set_language": Open.TO_ALL,
    "password_change": Open.TO_MEMBERS,
    "server:*": Open.TO_SERVER,
    "api:schema": Open.TO_ALL,
    "api:docs": Open.TO_ALL,
    "api:*": Open.BY_API,
    "inbox:*": Open.TO_MEMBERS,
    "shell:*": Open.TO_MEMBERS,
    "desk:*": Open.TO_MEMBERS,
    "diagrams:*": Open.TO_MEMBERS,
    "account:*": Open.TO_MEMBERS,
    "people:users": Needs("people.user", VIEW),
    "people:add_user": Needs("people.user", ADD),
    "people:user": Needs("people.user", VIEW),
    "people:change_user": Needs("people.user", CHANGE),
    "people:act_on_user": Needs("people.user", CHANGE),
    "people:employees": Needs("people.employee", VIEW),
    "people:employee": Needs("people.employee", VIEW, write=CHANGE),
    "people:hand_over": Needs("people.employee", Action.HAND_OVER),
    "people:come_back": Needs("people.employee", CHANGE),
    "people:departments": Needs("people.department", VIEW),
    "people:add_department": Needs("people.department", ADD),
    "people:department": Needs("people.department", VIEW, write=CHANGE),
    "people:delete_department": Needs("people.department", DELETE),
    "people:roles": Needs("people.role", VIEW),
    "people:add_role": Needs("people.role", ADD),
    "people:role": Needs("people.role", VIEW, write=CHANGE),
    "people:rename_role": Needs("people.role", CHANGE),
    "people:delete_role": Needs("people.role", DELETE),
    "people:withdraw_role": Needs("people.role", CHANGE),
    "people:part_duties": Needs("people.role", CHANGE),
    "people:allow_together": Needs("people.role", CHANGE),
    "people:rights": Needs("people.role", VIEW, write=CHANGE),
    "people:substitutes": Open.TO_MEMBERS,
    "people:end_substitution": Open.TO_MEMBERS,
    "people:calendar": Needs("people.calendar", VIEW, write=CHANGE),
    "people:audit": Needs("people.audit", VIEW),
    "parameters:parameters": Needs("settings.parameter", VIEW, write=CHANGE),
    "parameters:dictionaries": Needs("settings.parameter", VIEW),
    "parameters:dictionary": Needs("settings.parameter", VIEW, write=CHANGE),
    "approval_settings:matrices": Needs("settings.approval", VIEW),
    "approval_settings:matrix": Needs("settings.approval", VIEW, write=CHANGE),
    "studio:*": Needs("processes.definition", VIEW),
    "studio:upload": Needs("processes.definition", ADD),
    "studio:repair": Needs("processes.definition", ADD),
    "studio:restore": Needs("processes.definition", ADD),
    "studio:deploy": Needs("processes.definition", "deploy"),
    "studio:suspend": Needs("processes.definition", "deploy"),
    "studio:resume": Needs("processes.definition", "deploy"),
    "studio:cases": Needs("processes.case", VIEW),
    "studio:case": Needs("processes.case", VIEW),
    "studio:move_timer": Needs("processes.case", "operate"),
    "studio:incidents": Needs("processes.case", VIEW),
    "studio:steer": Needs("processes.case", "operate"),
    "studio:set_data": Needs("processes.case", "operate"),
    "studio:retry": Needs("processes.case", "operate"),
    "studio:skip": Needs("processes.case", "operate"),
    "catalog:basics": Needs("settings.parameter", VIEW, write=CHANGE),
    "sales:stages": Needs("settings.parameter", VIEW, write=CHANGE),
}


def expected(route: Route) -> Expected | None:
    """What is said of an address: by its own line, else by the longest that fits, else by its view;
    None where nothing is said."""
    if route.name in DECLARED:
        return DECLARED[route.name]
    fitting = [line for line in DECLARED if fnmatchcase(route.name, line)]
    if fitting:
        return DECLARED[max(fitting, key=len)]
    right = getattr(route.view, "right", None)
    if isinstance(right, tuple):
        return Needs(*right)
    return Open.TO_MEMBERS if right == MEMBER else None


@dataclass(frozen=True)
class Door:
    """An address behind a right; that of a kind stands once for each kind there is."""

    route: Route
    needs: Needs
    of_kind: bool = False


def doors(routes: Iterable[Route]) -> list[Door]:
    """All guarded addresses."""
    found = []
    for route in routes:
        need = expected(route)
        if not isinstance(need, Needs):
            continue
        if getattr(route.view, "view_class", None) is CommandPage:
            name = route.view.view_initkwargs["name"]
            found += [
                Door(route, Needs(key, commands_of(kinds[key])[name].action), of_kind=True)
                for key in kinds
                if name in commands_of(kinds[key])
            ]
        elif need.kind == OF_THE_KIND:
            found += [Door(route, Needs(key, need.action), of_kind=True) for key in kinds]
        else:
            found.append(Door(route, need))
    return found
