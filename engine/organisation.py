"""What the engine must know of the people: a protocol, implemented by the app that
`ENGINE_ORGANISATION` names.

People are user ids (int) everywhere in the engine, in variables of a process too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple, Protocol, cast

from django.conf import settings
from django.db.models import TextChoices
from django.dispatch import Signal
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """The roles that diagrams may name. Their codes are fixed; who holds one is data."""

    DEPARTMENT_HEAD = "department_head", _("Head of department")
    FINANCE = "finance", _("Finance")
    CASHIER = "cashier", _("Cashier")
    GENERAL_MANAGER = "general_manager", _("General manager")
    SALES = "sales", _("Salesperson")
    SALES_MANAGER = "sales_manager", _("Sales manager")
    SERVICE_MANAGER = "service_manager", _("Service manager")
    PURCHASING_MANAGER = "purchasing_manager", _("Purchasing manager")
    WAREHOUSE = "warehouse", _("Warehouse")
    HR = "hr", _("Human resources")
    REPRESENTATIVE = "representative", _("Service representative")
    ENGINEER = "engineer", _("Engineer")
    PRESALES = "presales", _("Presales engineer")
    HOTLINE = "hotline", _("Hotline")
    REVIEWER = "reviewer", _("Reviewer")
    PROCESS_ADMIN = "process_admin", _("Process administrator")
    ADMINISTRATOR = "administrator", _("Administrator")


class Place(NamedTuple):
    """A department: its id, the ids from the root to it ("/3/17/"), and those of all departments
    within it, itself among them."""

    department: int
    path: str
    within: tuple[int, ...]


class Unit(NamedTuple):
    """A department as people call it: the names from the root to it."""

    id: int
    names: tuple[str, ...]


class Duties(NamedTuple):
    """Where somebody belongs, and each role held with the department it is held in (None:
    everywhere)."""

    place: Place | None
    duties: tuple[tuple[str, Place | None], ...]


class Organisation(Protocol):
    """Read-only questions about people, answered for the current account set and the moment
    asked."""

    def holders(self, role: str, *, department: int | None = None) -> Sequence[int]:
        """Active users who hold `role`, in a stable order. With `department` (an id): those who
        hold it for that department or one above it, the nearest first; where none does, those who
        hold it everywhere. `department_head` without a department gives nobody; of a department
        without a head, the next one up."""

    def nearest(
        self, roles: Collection[str], *, to: int, at: datetime
    ) -> Mapping[str, Mapping[int, int | None]]:
        """Role -> those whom `holders` names for the department of the user `to`, in its order,
        each with the substitute at that moment or None, as `standing` says it: all in one
        question, heads of departments in one more."""

    def roles_of(self, user: int) -> frozenset[str]:
        """Codes of all roles the user holds, anywhere; `department_head` for whoever heads a
        department."""

    def own_roles(self) -> Mapping[str, str]:
        """Codes and names of the roles that the firm has made for itself, beside `Role`."""

    def duties(self, user: int) -> Duties | None:
        """The roles that the user holds and where, `department_head` for each department headed;
        None for somebody who may not log in."""

    def superior(self, user: int) -> int | None:
        """The user's superior: named, or the head of the department, or the head of the next one
        up; None at the top."""

    def department_of(self, user: int) -> int | None:
        """Id of the department the user belongs to."""

    def department_at(self, path: str) -> int | None:
        """Id of the department that names lead to, each below the one before: `销售部/华东组`. They
        need not begin at the top. None where no department, or more than one, is meant."""

    def departments(self) -> Sequence[Unit]:
        """All departments, in the order of the tree: each before those below it."""

    def substitutes(self, users: Collection[int], *, at: datetime) -> Mapping[int, int]:
        """Principal -> substitute, for those of `users` who have one at that moment. No chains."""

    def standing(self, users: Collection[int], *, at: datetime) -> Mapping[int, int | None]:
        """Those of `users` who may log in, each with the substitute at that moment or None: what
        `active` and `substitutes` say, in one question."""

    def active(self, users: Collection[int]) -> frozenset[int]:
        """Those of `users` who may log in."""

    def decide_own(self) -> bool:
        """Whether people may be asked to approve what they have started themselves. It is settled
        for the whole account set; as a rule they may not."""

    def withdraw_late(self) -> bool:
        """Whether people may take back what they have started although somebody has decided, until
        all is decided. It is settled for the whole account set; as a rule they may not."""

    def names(self, users: Collection[int]) -> Mapping[int, str]:
        """Display names, also of people who have left."""

    def addresses(self, users: Collection[int]) -> Mapping[int, str]:
        """E-mail addresses of those who have one."""

    def languages(self, users: Collection[int]) -> Mapping[int, str]:
        """Language code in which each of `users` reads."""


people_changed = Signal()
"""Sent inside the transaction by whoever changes roles, superiors, substitutes or employment.

Arguments: `users` (collection of user ids concerned) and `roles` (collection of role codes). The
engine's receiver queues a job of the same transaction that resolves the open human tasks concerned
again.
"""


@cache
def _organisation(path: str) -> Organisation:
    return cast(Organisation, import_string(path)())


def organisation() -> Organisation:
    """The implementation that the settings name."""
    return _organisation(settings.ENGINE_ORGANISATION)


class Answers:
    """What the organisation has answered in a transaction: no question is asked twice."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._people = organisation()
        self._standing: dict[int, int | None] = {}
        self._asked: set[int] = set()
        self._holders: dict[tuple[str, int | None], Sequence[int]] = {}
        self._nearest: dict[tuple[str, int], Sequence[int]] = {}
        self._superiors: dict[int, int | None] = {}
        self._paths: dict[str, int | None] = {}
        self._decide_own: bool | None = None

    def standing(self, users: Collection[int]) -> dict[int, int | None]:
        """Those of `users` who may log in, each with the substitute or None."""
        unknown = set(users) - self._asked
        if unknown:
            self._keep(unknown, self._people.standing(unknown, at=self._now))
        return {user: self._standing[user] for user in users if user in self._standing}

    def _keep(self, asked: Collection[int], standing: Mapping[int, int | None]) -> None:
        self._standing.update(standing)
        self._asked.update(asked)

    def nearest(self, role: str, *, to: int) -> Sequence[int]:
        """Holders of `role` for the department of the user `to`."""
        self.expect([role], to=to)
        return self._nearest[role, to]

    def expect(self, roles: Collection[str], *, to: int) -> None:
        """`nearest` will be asked for these roles: ask together."""
        unknown = {role for role in roles if (role, to) not in self._nearest}
        if not unknown:
            return
        for role, found in self._people.nearest(unknown, to=to, at=self._now).items():
            self._keep(found, found)
            self._nearest[role, to] = list(found)

    def holders(self, role: str, *, department: int | None = None) -> Sequence[int]:
        key = role, department
        if key not in self._holders:
            self._holders[key] = self._people.holders(role, department=department)
        return self._holders[key]

    def superior(self, user: int) -> int | None:
        if user not in self._superiors:
            self._superiors[user] = self._people.superior(user)
        return self._superiors[user]

    def department_at(self, path: str) -> int | None:
        if path not in self._paths:
            self._paths[path] = self._people.department_at(path)
        return self._paths[path]

    def decide_own(self) -> bool:
        if self._decide_own is None:
            self._decide_own = self._people.decide_own()
        return self._decide_own
