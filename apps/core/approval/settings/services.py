"""Putting a matrix in force, and trying one out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.approval import routes
from apps.core.approval.approvers import NOBODY, find_approvers
from apps.core.approval.deciders import BETWEEN
from apps.core.approval.routes import APPROVE, Asked, Route, Vote, current
from apps.core.approval.settings.judging import judge
from apps.core.approval.settings.matrix import Matrix, Row
from apps.core.inbox.wording import noted
from engine import definitions, trials
from engine.definitions import Deployed
from engine.exceptions import InvalidData
from engine.models import Deployment
from engine.organisation import Answers, organisation


def save_matrix(
    *, matrix: Matrix, rows: Sequence[Row], by: int, note: str = "", now: datetime | None = None
) -> Deployed:
    """Put these rows in force, as a change by an administrator that no later release overwrites.
    Cases under way keep their table. Raises InvalidData, InvalidDefinition."""
    fatal = [remark for remark in judge(matrix.inputs, rows) if remark.fatal]
    if fatal or not rows:
        texts = [remark.text for remark in fatal] or [_("There is no row in it.")]
        raise InvalidData(texts[0], errors={"": texts})
    return definitions.deploy(
        {matrix.file: matrix.with_rows(rows)},
        source=Deployment.Source.ADMIN,
        by=by,
        note=note,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class Stop:
    """A level of the route that a document would take. Without people: `note` says why nobody need
    decide it, or who would name somebody."""

    level: int
    role: str
    mode: str
    threshold: int
    people: tuple[str, ...] = ()
    note: str = ""
    cc: tuple[str, ...] = ()


def try_out(
    *,
    matrix: Matrix,
    rows: Iterable[Row],
    facts: Mapping[str, Any],
    initiator: int,
    now: datetime | None = None,
) -> list[Stop]:
    """The route of a document with these facts, and who would be asked, if everybody approved.
    Computed by the engine, with the function that finds approvers in a case. Raises InvalidData
    where the matrix has no level for it, InvalidDefinition."""
    table = matrix.with_rows(rows)
    route = routes.plan(trials.decide(matrix.file, table, matrix.variables(facts)))
    people, stops = Answers(now or timezone.now()), []
    while route["outcome"] in ("open", "approved") and route["position"] < len(route["levels"]):
        notes: list[str] = []

        def note(text: str, notes: list[str] = notes, **values: Any) -> None:
            notes.append(noted(text, values))

        asked = find_approvers(route, initiator=initiator, people=people, note=note)
        stops.append(_stop(route, asked, notes))
        route = _approved(route, asked)
    return stops


def _stop(route: Route, asked: Sequence[Mapping[str, Any]], notes: Sequence[str]) -> Stop:
    level = current(route)
    users = [each["user"] for each in asked if each["found"] != NOBODY]
    names = organisation().names(users) if users else {}
    if asked and not users:
        notes = [_("Nobody is there: an administrator would name an approver.")]
    return Stop(
        level["level"],
        level["role"],
        level["mode"],
        level["threshold"],
        tuple(names[user] for user in users),
        " ".join(notes),
        tuple(filter(None, level.get("cc", "").split(BETWEEN))),
    )


def _approved(route: Route, asked: Sequence[Mapping[str, Any]]) -> Route:
    users = [each for each in asked if "user" in each]
    if not users:
        return routes.skip(route)
    votes: list[Vote] = [
        {"user": each["user"], "on_behalf_of": None, "decision": APPROVE} for each in users
    ]
    enough = votes[:1] if current(route)["mode"] == "any" else votes
    return routes.approve(
        route,
        asked=[Asked(user=each["user"], role=each.get("role", "")) for each in users],
        votes=enough,
    )
