"""What one user may do, at the moment asked.

Two questions to the database, asked once a request: which roles the user holds and where, and what
these roles are granted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Q

from apps.core.access.actions import EVERYONE, Action, Scope
from apps.core.once import once
from engine.database import execute
from engine.organisation import Place, organisation

GRANTED = """
SELECT g.kind, g.role, array_agg(g.action::text), s.scope
FROM access_rolegrant g LEFT JOIN access_datascope s ON s.role = g.role AND s.kind = g.kind
WHERE g.role = ANY(%s) GROUP BY g.kind, g.role, s.scope
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a kind's row of one role says."""

    role: str
    actions: frozenset[str]
    scope: Scope


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights of one user. Denied is whatever no role of the user is granted."""

    user: int
    roles: frozenset[str]
    department: int | None
    _places: Mapping[str, tuple[Place, ...]] = field(repr=False)
    _grants: Mapping[str, tuple[Grant, ...]] = field(repr=False)

    @property
    def place(self) -> Place | None:
        """The user's own department."""
        return next(iter(self._places.get(EVERYONE, ())), None)

    def may(self, kind: str, action: str) -> bool:
        """Whether one of the user's roles is granted this action on this kind."""
        return any(action in grant.actions for grant in self._grants.get(kind, ()))

    def scope(self, kind: str) -> Scope | None:
        """The widest scope among the roles that may view the kind; None: sees nothing."""
        scopes = (grant.scope for grant in self._viewing(kind))
        return max(scopes, key=lambda scope: scope.width, default=None)

    def reasons(self, kind: str) -> tuple[Q, ...]:
        """Why the user sees rows, for models with `owner` and `department`: that for which most are
        seen comes first. None where nothing is seen; everything has one that asks for nothing.

        Departments are those in which the role is held: of a role held everywhere, the user's own;
        of a head, those headed. One's own rows are in every scope."""
        if self.scope(kind) is None:
            return ()
        departments = self.departments(kind)
        if departments is None:
            return (Q(),)
        # Ids, and no question about paths: so the database knows how many rows there will be.
        theirs = (Q(department__in=sorted(departments)),) if departments else ()
        return (*theirs, Q(owner=self.user))

    def within(self, kind: str) -> Q:
        """The filter of rows that the user sees for any of the `reasons`."""
        reasons = self.reasons(kind)
        return reduce(or_, reasons) if reasons else Q(pk__in=())

    def covers(self, kind: str, record: Any) -> bool:
        """Whether `within` lets a row pass, as it was read: for what a page offers. Of somebody who
        acts the database is asked, which knows the row as it is."""
        if self.scope(kind) is None:
            return False
        departments = self.departments(kind)
        return (
            departments is None
            or record.owner_id == self.user
            or record.department_id in departments
        )

    def departments(self, kind: str) -> set[int] | None:
        """Those whose rows are seen beside one's own; None: everybody's are."""
        found: set[int] = set()
        for grant in self._viewing(kind):
            if grant.scope is Scope.ALL:
                return None
            for place in self._places.get(grant.role, ()):
                if grant.scope is Scope.DEPARTMENT:
                    found.add(place.department)
                elif grant.scope is Scope.TREE:
                    found.update(place.within)
        return found

    def _viewing(self, kind: str) -> Iterable[Grant]:
        return (grant for grant in self._grants.get(kind, ()) if Action.VIEW in grant.actions)


NOBODY: Final = 0
"""Who has no rights at all."""


def rights_of(user: int) -> Rights:
    """The rights of a user of the current account set. Read once a request, and anew each time
    where there is no request. Somebody who may not log in has none."""
    if user == NOBODY:
        return Rights(NOBODY, frozenset(), None, {}, {})
    return once(("rights", user), lambda: _read(user))


def _read(user: int) -> Rights:
    standing = organisation().duties(user)
    if standing is None:
        return Rights(user, frozenset(), None, {}, {})
    own = () if standing.place is None else (standing.place,)
    places: dict[str, tuple[Place, ...]] = {EVERYONE: own}
    for role, place in standing.duties:
        held = own if place is None else (place,)
        places[role] = (*places.get(role, ()), *held)
    grants: dict[str, tuple[Grant, ...]] = {}
    for kind, role, actions, scope in execute(GRANTED, [list(places)]):
        grant = Grant(role, frozenset(actions), Scope(scope or Scope.OWN))
        grants[kind] = (*grants.get(kind, ()), grant)
    department = standing.place.department if standing.place else None
    return Rights(user, frozenset(places), department, places, grants)
