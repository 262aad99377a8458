"""Operations of the approval: `approval.*`. `target` is the business key of the document."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from django.utils.translation import gettext_noop

from apps.core.approval import deciders, routes
from apps.core.approval.approvers import Approver, find_approvers
from apps.core.approval.routes import Asked, Route, Vote
from engine.decisions import REMOVED
from engine.models import HumanTask
from engine.operations import Context, operation
from engine.organisation import Answers

SUBSTITUTE = "substitute"  # the engine's reason for somebody who stands in
ESCALATION = "escalation"  # ours for a superior who is asked as well


@operation("approval.plan_route")
def plan_route(context: Context, *, target: str, rows: list[dict[str, Any]]) -> Route:
    """The route through the rows of the document's matrix; what was sent back to come straight to
    its sender goes on there, unless it was withdrawn since, and begins a round of its own. The case
    shows that it was submitted before, and when it was submitted now."""
    if context.last_value("route") is None:
        return routes.plan(rows)
    context.show(again=True, submitted_at=context.now.isoformat())
    return routes.plan(rows, before=context.last_value("route", reset_by="matrix"))


@operation("approval.resolve_approvers")
def resolve_approvers(
    context: Context, *, target: str, starter: int, plan: Route
) -> list[Approver]:
    """Who decides the current level. Empty: it passes; one entry found `administrator`: nobody
    holds the role."""
    return find_approvers(plan, initiator=starter, people=context.people, note=context.note)


@operation("approval.move_route")
def move_route(context: Context, *, target: str, plan: Route) -> Route:
    """Move on by what the level decided: to the next one, back, or to the end."""
    tally = context.tally
    if tally is None:
        _send_copies(context, plan)
        return routes.skip(plan)
    if tally.kind == "stop" and tally.code == "send_back" and context.decided is not None:
        return routes.send_back(plan, to=context.decided.data["to"])
    asked, votes = _asked_and_votes(context, tally.activity)
    if tally.kind == "yes":
        _send_copies(context, plan)
        return routes.approve(plan, asked=asked, votes=votes)
    if tally.kind == "stop":
        straight = context.decided is not None and bool(context.decided.data.get("straight"))
        return routes.refuse(plan, "returned", asked=asked, votes=votes, straight=straight)
    return routes.refuse(plan, "rejected", asked=asked, votes=votes)


def _send_copies(context: Context, plan: Route) -> None:
    """To those whom the matrix wants to know of it; the initiator does anyhow."""
    level = routes.current(plan)
    near = level.get("near", context.starter)
    if near is None:
        return
    for decider in filter(None, level.get("cc", "").split(deciders.BETWEEN)):
        context.copy(deciders.find(decider, near=near, people=context.people))
    context.copies.discard(near)


def _asked_and_votes(context: Context, activity: str) -> tuple[list[Asked], list[Vote]]:
    """From the rows of the level's tasks, and the decision being taken, whose row comes later."""
    asked: dict[int, Asked] = {}
    votes: list[Vote] = []
    for reasons, user, principal, code in context.asked_in(activity):
        for person, reason in reasons.items():
            asked.setdefault(int(person), cast(Asked, {**reason, "user": int(person)}))
        if user is not None:
            votes.append({"user": user, "on_behalf_of": principal, "decision": code or ""})
    decided = context.decided
    if decided is not None and decided.activity == activity:
        votes.append(
            {
                "user": decided.user,
                "on_behalf_of": decided.on_behalf_of,
                "decision": decided.code,
            }
        )
    return list(asked.values()), [vote for vote in votes if vote["decision"] != REMOVED]


@operation("approval.remind")
def remind(context: Context, *, target: str) -> list[int]:
    """Mail those in whose inbox the level's tasks lie; their user ids."""
    users = sorted(
        _open_tasks(context)
        .filter(audience__isnull=False)
        .values_list("audience__members__user", flat=True)
        .distinct()
    )
    _ask_to_decide(context, users)
    return users


@operation("approval.add_superior")
def add_superior(context: Context, *, target: str) -> list[int]:
    """Ask the superiors of those who haven't decided as well; the user ids of the superiors.

    The initiator is passed over, unless people decide their own, and whoever has a vote in this
    level (nobody decides twice): the next superior above is asked."""
    people = context.people
    superiors: set[int] = set()
    voters = _voters(context)
    for task_id, reasons, initiator in _open_tasks(context).values_list(
        "task_id", "assignment", "initiator"
    ):
        passed_over = voters if people.decide_own() else voters | {initiator}
        for user in [int(user) for user, why in reasons.items() if why.get("rule") != SUBSTITUTE]:
            superior = _superior(people, user, passed_over)
            if superior is not None:
                superiors.add(superior)
                context.add_candidate(
                    str(task_id), {"user": superior, "rule": ESCALATION, "superior_of": user}
                )
    if not superiors:
        context.note(gettext_noop("There is nobody above those who were asked."))
    _ask_to_decide(context, superiors)
    return sorted(superiors)


def _superior(people: Answers, user: int, passed_over: Collection[int | None]) -> int | None:
    """The nearest superior who isn't passed over; None where there is none, or they go round."""
    below, superior = {user}, people.superior(user)
    while superior in passed_over and superior is not None and superior not in below:
        below.add(superior)
        superior = people.superior(superior)
    return None if superior in below else superior


def _voters(context: Context) -> set[int]:
    """Who has been asked in the open level otherwise than by escalation, and who has decided."""
    found: set[int] = set()
    for activity in {activity for _task, activity in context.site.open_tasks()}:
        for reasons, user, _principal, _code in context.asked_in(activity):
            found |= {int(each) for each, why in reasons.items() if why.get("rule") != ESCALATION}
            found |= {user} if user is not None else set()
    return found


def _open_tasks(context: Context) -> Any:
    task_ids = [task_id for task_id, _activity in context.site.open_tasks()]
    return HumanTask.objects.filter(task_id__in=task_ids, instance_id=context.instance)


def _ask_to_decide(context: Context, users: Collection[int]) -> None:
    context.tell(
        users,
        subject=gettext_noop("Waiting for your decision: %(subject)s"),
        text=gettext_noop("“%(subject)s” (%(document)s) waits for your decision."),
        values={
            "subject": context.card.get("subject", context.business_key),
            "document": context.business_key,
        },
    )
