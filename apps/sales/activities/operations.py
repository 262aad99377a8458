"""Operations of the approval of activities: `activities.*`. `target` is the business key."""

from __future__ import annotations

from typing import Any

from apps.core.kinds.cards import show_submitted
from apps.core.kinds.services import lock_document
from apps.sales.activities.models import Review, SalesActivity
from engine.exceptions import InvalidData
from engine.operations import Context, operation


def _review(context: Context, target: str, review: str, **stamps: Any) -> SalesActivity:
    activity: SalesActivity = lock_document(target)[1]
    activity.review = review
    activity.version += 1
    for name, value in stamps.items():
        setattr(activity, name, value)
    activity.save(update_fields=["review", "version", *stamps])
    return activity


@operation("activities.submit")
def submit(context: Context, *, target: str) -> dict[str, Any]:
    """Handed in: it can't be changed from now on. What its matrix asks for."""
    kind, activity = lock_document(target)
    problems = kind.problems(activity)
    if problems:
        raise InvalidData(next(iter(problems.values()))[0], errors=problems)
    show_submitted(context, activity, number=str(activity.kind))
    _review(context, target, Review.WAITING, submitted_at=context.now)
    return kind.facts(activity)


@operation("activities.approve")
def approve(context: Context, *, target: str) -> str:
    """Approved; nothing else follows from it."""
    return _review(context, target, Review.APPROVED).review


@operation("activities.reject")
def reject(context: Context, *, target: str) -> str:
    """Rejected for good."""
    return _review(context, target, Review.REJECTED).review


@operation("activities.send_back")
def send_back(context: Context, *, target: str) -> str:
    """Back with its owner."""
    return _review(context, target, Review.RETURNED).review


@operation("activities.reopen")
def reopen(context: Context, *, target: str) -> str:
    """Withdrawn, or given up: done, but not approved."""
    _review(context, target, "")
    return "draft"
