"""Whom a row of an approval matrix may name, as its text stands in the table: a role by its code
(`finance`, or one of the firm's own), the initiator's superior (`superior`), somebody by id
(`user:12`)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

from django.utils.translation import gettext as _

from apps.core.inbox.wording import names_of, role_label
from engine.organisation import Answers, Role, organisation

SUPERIOR: Final = "superior"
BETWEEN: Final = ","  # several in one cell

_PERSON: Final = re.compile(r"user:(\d{1,18})")


def decider_of(user: int) -> str:
    """Somebody as a matrix names them."""
    return f"user:{user}"


def person_in(decider: str) -> int | None:
    """The user who is named by id; None for a role or the superior."""
    found = _PERSON.fullmatch(decider)
    return int(found[1]) if found else None


def is_known(decider: str) -> bool:
    """Whether this names somebody: a role that doesn't exist doesn't."""
    if decider == SUPERIOR or decider in Role.values or person_in(decider) is not None:
        return True
    return decider in organisation().own_roles()


def roles_among(deciders: Iterable[str]) -> list[str]:
    """Those that are roles."""
    return [each for each in deciders if each != SUPERIOR and person_in(each) is None]


def find(decider: str, *, near: int, people: Answers) -> Collection[int]:
    """Those who are meant for somebody at the place of the user `near`, and may log in; in a stable
    order."""
    if decider == SUPERIOR:
        superior = people.superior(near)
        return [] if superior is None else [superior]
    user = person_in(decider)
    if user is not None:
        return list(people.standing([user]))
    return people.nearest(decider, to=near)


def label(decider: str) -> str:
    """How people call it."""
    if decider == SUPERIOR:
        return _("Superior")
    user = person_in(decider)
    if user is not None:
        return names_of([user]).get(user, decider)
    return role_label(decider)
