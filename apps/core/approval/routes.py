"""The route of an approval: its levels, how far it has come, and what each level decided.

A process variable, so plain JSON, and replaced rather than changed: every function gives a new
route. Positions count from 0; past the last level everything is approved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NotRequired, TypedDict, cast

from django.utils.translation import gettext as _

from apps.core.approval.deciders import is_known
from engine.exceptions import InvalidData

Outcome = Literal["open", "approved", "sent_back", "returned", "rejected"]

MODES: Final = ("any", "all", "percent")
APPROVE: Final = "approve"


class Asked(TypedDict, total=False):
    """Somebody who was asked. `rule` says why, other keys what it rests on: role, superior_of,
    for (the principal of a substitute), by."""

    user: int
    rule: str
    role: str


class Vote(TypedDict):
    """What somebody decided; for a substitute `on_behalf_of` is the principal."""

    user: int
    on_behalf_of: int | None
    decision: str


class Level(TypedDict):
    """A row of the approval matrix; once it is decided, also who was asked and what they said.
    A level that was skipped has a result without votes. `role`: see `deciders`."""

    level: int
    role: str
    mode: str
    threshold: int
    cc: NotRequired[str]  # who gets a copy once the level has approved; parted by commas
    near: NotRequired[int]  # whose place in the organisation counts, where not the initiator's
    result: NotRequired[Outcome]
    asked: NotRequired[list[Asked]]
    votes: NotRequired[list[Vote]]


class Route(TypedDict):
    levels: list[Level]
    position: int
    outcome: Outcome
    resume: NotRequired[int]  # returned: the position to go on from once it is submitted again


def plan(rows: Sequence[Mapping[str, Any]], *, before: Route | None = None) -> Route:
    """The route through the rows of an approval matrix, by level; rows of one level follow each
    other as the table has them. Where the route `before` was sent back to come straight to its
    sender, what the levels before decided counts on, if the matrix asks for the same ones still.
    Raises InvalidData for a matrix that lets nobody decide, or that names a role or mode
    that doesn't exist."""
    if not rows:
        raise InvalidData(_("The approval matrix has no level for this document."))
    levels = [_level(row) for row in sorted(rows, key=lambda row: row["level"])]
    kept = [] if before is None else _kept(before, levels)
    return {"levels": [*kept, *levels[len(kept) :]], "position": len(kept), "outcome": "open"}


def _kept(before: Route, levels: Sequence[Level]) -> list[Level]:
    """The levels before the sender's, where the matrix asks for the same ones up to it still."""
    if before["outcome"] != "returned" or "resume" not in before:
        return []
    sender = before["resume"]
    same = [_level(level) for level in before["levels"][: sender + 1]] == levels[: sender + 1]
    return before["levels"][:sender] if same else []


def _level(row: Mapping[str, Any]) -> Level:
    if not is_known(row["role"]) or row["mode"] not in MODES:
        raise InvalidData(
            _("Level %(level)s of the approval matrix: “%(role)s”, “%(mode)s” are not known.")
            % {"level": row["level"], "role": row["role"], "mode": row["mode"]}
        )
    kept = ("level", "role", "mode", "threshold", "cc", "near")
    return cast(Level, {name: row[name] for name in kept if name in row})


def current(route: Route) -> Level:
    """The level that is being decided."""
    return route["levels"][route["position"]]


def approvers_before(route: Route) -> frozenset[int]:
    """Who approved at the last level before this one that anybody decided: in their own name, or
    as a substitute, whose principal counts as well."""
    for level in reversed(route["levels"][: route["position"]]):
        if votes := [vote for vote in level.get("votes", ()) if vote["decision"] == APPROVE]:
            people = {person for vote in votes for person in (vote["user"], vote["on_behalf_of"])}
            return frozenset(person for person in people if person is not None)
    return frozenset()


def was_asked(route: Route, role: str) -> bool:
    """Whether holders of `role` have been asked at a level before this one."""
    before = route["levels"][: route["position"]]
    return any(asked.get("role") == role for level in before for asked in level.get("asked", ()))


def levels_to_go_back_to(route: Route) -> list[int]:
    """Positions before this one that somebody decided: one that was skipped would be skipped
    again."""
    return [
        position
        for position, level in enumerate(route["levels"][: route["position"]])
        if level.get("votes")
    ]


def skip(route: Route) -> Route:
    """Go on: nobody had to be asked at this level."""
    return _decided(route, "approved", position=route["position"] + 1)


def approve(route: Route, *, asked: Iterable[Asked], votes: Iterable[Vote]) -> Route:
    """This level has approved."""
    return _decided(
        route, "approved", position=route["position"] + 1, asked=list(asked), votes=list(votes)
    )


def refuse(
    route: Route,
    outcome: Literal["rejected", "returned"],
    *,
    asked: Iterable[Asked],
    votes: Iterable[Vote],
    straight: bool = False,
) -> Route:
    """This level has rejected it, or sent it back to its initiator: the route ends here.
    `straight`: submitted again, it goes on at this level."""
    position = route["position"]
    refused = _decided(route, outcome, position=position, asked=list(asked), votes=list(votes))
    return {**refused, "resume": position} if straight else refused


def send_back(route: Route, *, to: int) -> Route:
    """Decide again from level `to` on: what was decided there and after it counts no more.

    Raises InvalidData for a level that has decided nothing yet."""
    if to not in levels_to_go_back_to(route):
        raise InvalidData(
            _("Choose a level that has decided already."),
            errors={"to": [_("This level has not decided yet.")]},
        )
    levels = [
        level if position < to else _level(level) for position, level in enumerate(route["levels"])
    ]
    return {"levels": levels, "position": to, "outcome": "sent_back"}


def _decided(route: Route, outcome: Outcome, *, position: int, **said: Any) -> Route:
    levels = list(route["levels"])
    levels[route["position"]] = cast(Level, {**_level(current(route)), "result": outcome, **said})
    return {"levels": levels, "position": position, "outcome": outcome}
