"""Writes of activities. What they are about is named by ids: `{"customer": 5, "contact": 9}`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.core.kinds.registry import kind_of
from apps.core.kinds.search import make_searchable
from apps.core.parameters.models import DictionaryEntry
from apps.sales.activities.approving import follow_up
from apps.sales.activities.models import (
    CLOCKS_DIFFER,
    ActivityComment,
    ActivityState,
    SalesActivity,
)
from apps.sales.activities.reach import set_next_contact
from engine import outbox
from engine.exceptions import InvalidData, NotFound, WrongState
from engine.notices import mails_to
from engine.organisation import organisation

ABOUT: Final = ("company", "lead", "customer", "opportunity", "contact")


@transaction.atomic
def plan_activity(
    *,
    owner: int,
    kind: str,
    subject: str,
    planned_at: datetime,
    about: Mapping[str, int | None],
    by: int | None = None,
    follows: SalesActivity | None = None,
    now: datetime | None = None,
    **more: Any,
) -> SalesActivity:
    """Plan an activity of `owner`. `kind` is a code of the dictionary `activity_kind`, `more` are
    further fields (`ends_at`, `place`, `remarks`). Raises InvalidData."""
    moment = now or timezone.now()
    activity = SalesActivity(
        kind=_kind(kind),
        subject=subject,
        planned_at=planned_at,
        owner_id=owner,
        department_id=organisation().department_of(owner),
        follows=follows,
        created_by_id=by or owner,
        created_at=moment,
        changed_by_id=by or owner,
        changed_at=moment,
        version=1,
        **{f"{name}_id": pk for name, pk in about.items()},
        **more,
    )
    declared = kind_of(SalesActivity)
    complete(activity)
    try:
        activity.full_clean(exclude=["owner", "department"])
    except ValidationError as error:
        raise InvalidData(_("The activity can't be planned."), errors=error.message_dict) from error
    make_searchable(activity, declared.search)
    activity.save()
    set_next_contact(activity.lead_id, now=moment)
    return activity


def _kind(code: str) -> DictionaryEntry:
    found = DictionaryEntry.objects.filter(dictionary="activity_kind", code=code).first()
    if found is None:
        message = _("There is no kind of activity “%(code)s”.") % {"code": code}
        raise InvalidData(message, errors={"kind": [message]})
    return found


def complete(activity: SalesActivity) -> None:
    """Fill up what it is about from what is known; the caller saves it."""
    if activity.customer_id is None and activity.opportunity is not None:
        activity.customer_id = activity.opportunity.customer_id
    if activity.customer_id is None and activity.contact is not None:
        activity.customer_id = activity.contact.customer_id
    if activity.customer_id is None and activity.lead is not None:
        activity.customer_id = activity.lead.customer_id


@transaction.atomic
def finish_activity(
    *,
    activity: int,
    outcome: str,
    by: int,
    next_step: str = "",
    done_at: datetime | None = None,
    following: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> SalesActivity:
    """The activity took place, now or at `done_at`. `following` plans the next one of the same
    owner about the same (`kind`, `subject`, `planned_at` and further fields). Raises NotFound,
    WrongState, InvalidData."""
    moment = now or timezone.now()
    found = lock_activity(activity)
    require_planned(found)
    if not outcome.strip():
        message = _("Say what came of it.")
        raise InvalidData(message, errors={"outcome": [message]})
    if done_at is not None and done_at > moment + CLOCKS_DIFFER:
        message = _("What has taken place isn't in the future.")
        raise InvalidData(message, errors={"done_at": [message]})
    found.state, found.done_at = ActivityState.DONE, done_at or moment
    found.outcome, found.next_step = outcome.strip(), next_step.strip()
    save_changed(found, by=by, now=moment)
    if following is not None:
        about = {name: getattr(found, f"{name}_id") for name in ABOUT}
        plan_activity(
            owner=found.owner_id, about=about, by=by, follows=found, now=moment, **following
        )
    follow_up(found, by=by, now=moment)
    return found


@transaction.atomic
def cancel_activity(
    *, activity: int, reason: str, by: int, now: datetime | None = None
) -> SalesActivity:
    """It won't take place. Raises NotFound, WrongState."""
    found = lock_activity(activity)
    require_planned(found)
    found.state, found.cancel_reason = ActivityState.CANCELLED, reason.strip()
    save_changed(found, by=by, now=now or timezone.now())
    return found


@transaction.atomic
def follow_company_into_lead(*, company: int, lead: int, now: datetime) -> int:
    """A company has become a lead: what was done and is planned with it is the lead's too, unless
    it belongs to an earlier one; how many."""
    moved = SalesActivity.objects.filter(company=company, lead=None).update(lead=lead)
    set_next_contact(lead, now=now)
    return moved


@transaction.atomic
def carry_over_activities(*, lead: int, customer: int, opportunity: int | None = None) -> int:
    """The lead has become a customer, and perhaps an opportunity: its activities are theirs too;
    how many."""
    found = SalesActivity.objects.filter(lead=lead, customer=None)
    return found.update(customer=customer, opportunity=opportunity)


@transaction.atomic
def comment_activity(
    *, activity: int, text: str, by: int, now: datetime | None = None
) -> ActivityComment:
    """Say something about an activity. Its owner is told, and who else has commented on it; nobody
    is told of what they said themselves. Raises NotFound, InvalidData."""
    found = lock_activity(activity)
    if not text.strip():
        message = _("Say something.")
        raise InvalidData(message, errors={"text": [message]})
    comment = ActivityComment.objects.create(
        activity=found, by_id=by, at=now or timezone.now(), text=text.strip()
    )
    told = {found.owner_id, *found.comments.values_list("by", flat=True)} - {by}
    letters = mails_to(
        organisation().active(told),
        key=f"activity-comment:{comment.pk}",
        subject=gettext_noop("Comment on “%(subject)s”"),
        text=gettext_noop("%(name)s has commented on the activity “%(subject)s”:\n\n%(text)s"),
        values={
            "subject": found.subject,
            "name": organisation().names([by]).get(by, ""),
            "text": comment.text,
        },
    )
    outbox.post(letters, now=comment.at)
    return comment


def lock_activity(pk: int) -> SalesActivity:
    """The locked row; raises NotFound."""
    found = SalesActivity.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no activity %(pk)s.") % {"pk": pk})
    return found


def refusal(activity: SalesActivity) -> str:
    """Why nothing can be done with it any more; "" while it is planned."""
    if activity.state == ActivityState.PLANNED:
        return ""
    return _("“%(subject)s” is in the state “%(state)s”.") % {
        "subject": activity.subject,
        "state": ActivityState(activity.state).label,
    }


def require_planned(activity: SalesActivity) -> None:
    """Raises WrongState for an activity that is over."""
    if refused := refusal(activity):
        raise WrongState(refused)


def save_changed(activity: SalesActivity, *, by: int | None, now: datetime) -> None:
    """Save a locked activity as changed by somebody."""
    activity.version += 1
    activity.changed_by_id, activity.changed_at = by, now
    activity.save()
