"""Who comes after: the levels of an approval that are done, under way and to come.

Later levels are resolved by the very function that the process calls when it gets there, so the
forecast is right unless people or the document change.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, cast

from apps.core.approval.approvers import NOBODY, find_approvers
from apps.core.approval.deciders import roles_among
from apps.core.approval.routes import APPROVE, Level, Route
from apps.core.inbox import looking, wording
from apps.core.inbox.elements import element_of
from engine.models import HumanTask, ProcessInstance
from engine.organisation import Answers, Role
from engine.working_time import after_working

PROCESS: Final = "approval_level"
LEVEL_TAKES: Final = "PT8H"  # of working time, where the diagram sets no due date


@dataclass(frozen=True, slots=True)
class Stop:
    """One level: who decides it in which role. `at` is when it is due, or expected to be through;
    none for a level that is done. `skipped`: nobody need decide it. `how`: in words, what their
    decisions count where several are asked."""

    state: Literal["done", "now", "next"]
    role: str
    people: tuple[int, ...]
    at: datetime | None = None
    skipped: bool = False
    how: str = ""


def forecast(instance: ProcessInstance, tasks: Sequence[HumanTask], *, now: datetime) -> list[Stop]:
    """The levels of the approval that is under way; none where a case isn't in one. `tasks` are the
    open tasks of the case."""
    open_tasks = [task for task in tasks if task.process == PROCESS]
    if not open_tasks or instance.runtime is None:
        return []
    picture = looking.picture_of(instance)
    first = str(open_tasks[0].task_id)
    seen = next(task.variables for task in picture.tasks if task.task_id == first)
    route, initiator = cast(Route, seen["route"]), seen["initiator"]
    asked = {int(user) for task in open_tasks for user in task.assignment}
    due = max((task.due_at for task in open_tasks if task.due_at), default=None)
    position = route["position"]
    stops = [_done(level) for level in route["levels"][:position]]
    standing = picture.standings.get(str(open_tasks[0].activity))
    how = wording.counted(standing) if standing else ""
    stops.append(Stop("now", route["levels"][position]["role"], tuple(sorted(asked)), due, how=how))
    takes = element_of(open_tasks[0]).properties.get("dueIn", LEVEL_TAKES)
    return [*stops, *_next(route, initiator, asked, max(due or now, now), takes, now)]


def _done(level: Level) -> Stop:
    people = tuple(vote["user"] for vote in level.get("votes", ()))
    return Stop("done", level["role"], people, skipped=not people, how=_how(level, people))


def _how(level: Level, people: Collection[int]) -> str:
    return wording.mode_label(level["mode"], level["threshold"]) if len(people) > 1 else ""


def _next(
    route: Route, initiator: int, asked: set[int], due: datetime, takes: str, now: datetime
) -> list[Stop]:
    """As if each level before were approved by those who are asked there."""
    people = Answers(now)
    levels = [dict(level) for level in route["levels"]]
    to_come = route["levels"][route["position"] + 1 :]
    people.expect(roles_among(level["role"] for level in to_come), to=initiator)
    stops = []
    for position in range(route["position"] + 1, len(levels)):
        levels[position - 1] = {**levels[position - 1], **_expected(asked)}
        imagined = cast(Route, {**route, "levels": levels, "position": position})
        found = find_approvers(imagined, initiator=initiator, people=people, note=_nothing)
        asked = {approver["user"] for approver in found if "user" in approver}
        role = str(levels[position]["role"])
        if not found:
            stops.append(Stop("next", role, (), skipped=True))
            continue
        due = after_working(due, takes)
        if any(approver["found"] == NOBODY for approver in found):
            role = Role.ADMINISTRATOR.value
        how = _how(route["levels"][position], asked)
        stops.append(Stop("next", role, tuple(sorted(asked)), due, how=how))
    return stops


def _expected(asked: set[int]) -> dict[str, Any]:
    """Votes of those who are asked, where it is known whose they will be: of one alone."""
    votes = [{"user": user, "on_behalf_of": None, "decision": APPROVE} for user in asked]
    return {"votes": votes if len(votes) == 1 else [], "asked": []}


def _nothing(text: str, **data: Any) -> None:
    """A forecast leaves no note in any trail."""
