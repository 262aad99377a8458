"""Who decides a level of an approval (domain.md, "Approval of contracts, settled").

Whoever holds the role, nearest to the initiator's department, or is named, or is the initiator's
superior; not the initiator, whose superior decides instead, or finance where there is none, unless
the firm lets people approve their own; nobody twice in a row. A role that nobody holds is left to
an administrator, who names an approver and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final

from django.utils.translation import gettext_noop

from apps.core.approval import deciders
from apps.core.approval.routes import Level, Route, approvers_before, current, was_asked
from engine.organisation import Answers, Role, organisation

Approver = dict[str, Any]
"""`user` (an id) and why: `found`, and what that rests on. Becomes the item of the user task."""
Note = Callable[..., None]

NOBODY: Final = "administrator"
"""`found` of the one entry that stands for a role held by nobody; the diagram asks for it."""


def find_approvers(route: Route, *, initiator: int, people: Answers, note: Note) -> list[Approver]:
    """Those whom the current level of the route asks; empty where nobody need be asked, which
    `note` explains in the trail."""
    level = current(route)
    near = level.get("near", initiator)
    holders = deciders.find(level["role"], near=near, people=people)
    if not holders and level["role"] != deciders.SUPERIOR:
        return _nobody(level["role"])
    asked = _holding(level["role"], holders, initiator, people, near)
    if not asked:
        asked = _for_own_level(route, initiator, people)
    if not asked:
        note(
            gettext_noop("Level %(level)s passed: nobody is left who could decide it."),
            level=level["level"],
        )
    return _without_repetition(level, asked, approvers_before(route), note)


def _holding(
    role: str, holders: Collection[int], initiator: int, people: Answers, near: int
) -> list[Approver]:
    own = initiator in holders and people.decide_own()
    why = _why(role, near)
    return [{"user": user, **why} for user in holders if own or user != initiator]


def _why(decider: str, near: int) -> Approver:
    if decider == deciders.SUPERIOR:
        return {"found": "superior", "superior_of": near}
    if deciders.person_in(decider) is not None:
        return {"found": "by_name"}
    return {"found": "role", "role": decider}


def _nobody(role: str) -> list[Approver]:
    return [{"found": NOBODY, "role": role}]


def _for_own_level(route: Route, initiator: int, people: Answers) -> list[Approver]:
    """The initiator alone holds the role: the superior; at the top finance, unless it was asked."""
    superior = people.superior(initiator)
    if superior is not None:
        return [{"user": superior, "found": "superior", "superior_of": initiator}]
    if was_asked(route, Role.FINANCE):
        return []
    holders = people.nearest(Role.FINANCE, to=initiator)
    if not holders:
        return _nobody(Role.FINANCE)
    return _holding(Role.FINANCE, holders, initiator, people, initiator)


def _without_repetition(
    level: Level, asked: list[Approver], before: Collection[int], note: Note
) -> list[Approver]:
    """Nobody is asked twice in a row. Where one approval is enough, theirs counts; elsewhere the
    others are asked, and mode percent means the share of those."""
    again = [approver["user"] for approver in asked if approver.get("user") in before]
    if not again:
        return asked
    names = organisation().names(again)
    if level["mode"] == "any" or len(again) == len(asked):
        text = gettext_noop("Level %(level)s skipped: %(names)s approved the level before.")
        left = []
    else:
        text = gettext_noop(
            "Level %(level)s: %(names)s approved the level before and is not asked again."
        )
        left = [approver for approver in asked if approver["user"] not in before]
    note(text, level=level["level"], names=[names[user] for user in again])
    return left
