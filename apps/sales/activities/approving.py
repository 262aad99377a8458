"""The approval of what came of an activity, where the parameter asks for it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from apps.core.kinds.registry import kind_of
from apps.sales.activities.models import ActivityState, Review, SalesActivity
from apps.sales.activities.reach import set_next_contact, touch
from apps.sales.parameters import ACTIVITY_APPROVAL, Approved
from engine import instances, trials

PROCESS, QUEUE, RULES = "activity_approval", "activities", "activity_review"


def follow_up(activity: SalesActivity, *, by: int | None, now: datetime) -> None:
    """Do what follows from an activity that has just been done."""
    touch(activity, by=by)
    set_next_contact(activity.lead_id, now=now)
    if needs_approval(activity):
        start_review(activity, now=now)


def needs_approval(activity: SalesActivity) -> bool:
    """Whether the decision table asks for it, from what the parameter says. Where nothing is
    approved, it isn't asked either."""
    asked = ACTIVITY_APPROVAL.value()
    if asked == Approved.NONE:
        return False
    facts = {**kind_of(activity).facts(activity), "asked": asked}
    return bool(trials.decide_in_force(RULES, {"facts": facts})["review"] == "needed")


def start_review(activity: SalesActivity, *, now: datetime) -> None:
    """Its owner hands it in; the process takes it from there."""
    instances.start(
        PROCESS,
        business_key=activity.business_key,
        variables={"document": activity.business_key, "initiator": activity.owner_id},
        starter=activity.owner_id,
        card={"queue": QUEUE},
        now=now,
    )
    activity.refresh_from_db()


def review_refusal(activity: SalesActivity) -> str:
    """Why an activity can't be handed in; "" where it can: sent back, or taken back before."""
    if activity.state != ActivityState.DONE:
        return _("“%(subject)s” isn't done yet.") % {"subject": activity.subject}
    if activity.submitted_at is None:
        return _("“%(subject)s” needs no approval.") % {"subject": activity.subject}
    if activity.review in ("", Review.RETURNED):
        return ""
    return _("The approval of “%(subject)s”: %(state)s.") % {
        "subject": activity.subject,
        "state": Review(activity.review).label,
    }
