"""Operations of the promotion of leads: `sales.*`. `target` is the lead's business key.

Each is thin and may be tried again: it locks the lead and calls a service."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, override

from apps.core.approval.operations import add_superior, remind
from apps.core.kinds.cards import show_submitted
from apps.core.kinds.registry import kind_of, kind_of_key
from apps.sales.customers.models import Customer
from apps.sales.leads import promotion
from apps.sales.leads.evidence import is_colleagues, known_customer, matches_of
from apps.sales.leads.models import Lead, LeadState
from apps.sales.leads.services import close_lead, lock_lead, save_lead
from apps.sales.parameters import LEAD_RECYCLE_DAYS, LEAD_REVIEWER, LEAD_WARN_DAYS
from engine.exceptions import InvalidData
from engine.models import ActivityInstance, HumanTask
from engine.operations import Context, operation
from engine.organisation import Role, organisation

CLOSED_AS: Final = {
    "invalid": LeadState.INVALID,
    "conflict": LeadState.INVALID,
    "yellow_pages": LeadState.RECYCLED,
}
CONFLICT: Final = "conflict"


def _locked(target: str) -> Lead:
    return lock_lead(kind_of_key(target)[1])


def _said(message: str | Promise, **values: object) -> str:
    """A reason that is kept: in the language of the firm, whoever acts."""
    with override(settings.LANGUAGE_CODE):
        return str(message) % values


def _opinion(context: Context) -> str:
    return context.decided.opinion if context.decided is not None else ""


# --- submitted ------------------------------------------------------------------------------------
@operation("sales.submit_lead")
def submit_lead(context: Context, *, target: str) -> dict[str, Any]:
    """The lead is complete, and not changed from now on but where more is asked for. What the
    decision table and the timers ask for, as the parameters say at this moment."""
    lead = _locked(target)
    kind = kind_of(lead)
    problems = kind.problems(lead)
    if problems:
        raise InvalidData(next(iter(problems.values()))[0], errors=problems)
    show_submitted(context, lead, number="")
    save_lead(
        lead,
        by=context.actor,
        now=context.now,
        state=LeadState.SUBMITTED,
        submitted_at=context.now,
        asked_fields=[],
    )
    days, before = LEAD_RECYCLE_DAYS.value(), LEAD_WARN_DAYS.value()
    return {
        "reviewed_by": LEAD_REVIEWER.value(),
        "region": lead.region.code if lead.region else "",
        "industry": lead.industry.code if lead.industry else "",
        "recycle_after": f"P{max(days, 1)}D",
        "warn_after": f"P{max(days - before, 0)}D",
    }


@operation("sales.find_duplicates")
def find_duplicates(context: Context, *, target: str) -> dict[str, Any]:
    """What agrees with the lead; `owned`: it seems to be a colleague's customer."""
    lead = _locked(target)
    found, customer = matches_of(lead), known_customer(lead)
    owned = customer is not None and is_colleagues(lead, customer)
    lead.duplicates, lead.conflict_with = len(found), customer if owned else None
    lead.save(update_fields=["duplicates", "conflict_with"])
    context.show(risks=[risk.code for risk in kind_of(lead).risks(lead)])
    return {"owned": owned, "found": len(found)}


# --- reviewed -------------------------------------------------------------------------------------
@operation("sales.find_reviewer")
def find_reviewer(context: Context, *, target: str, rule: dict[str, Any]) -> list[dict[str, Any]]:
    """Whoever holds the role that the decision table names, nearest to the submitter; never the
    submitter or the lead's owner, whose superior reviews then. Empty: an administrator assigns."""
    lead = _locked(target)
    department = None
    if path := rule.get("department"):
        department = context.people.department_at(path)
        if department is None:
            context.note(
                gettext_noop("There is no department “%(path)s”: the nearest one reviews."),
                path=path,
            )
    return _judges(context, lead, rule["role"], department=department)


def _judges(
    context: Context,
    lead: Lead,
    role: str,
    *,
    department: int | None = None,
    partial: Collection[int] = (),
) -> list[dict[str, Any]]:
    """Who decides about a lead, and why. `partial`: they too have something to gain by it."""
    submitter = context.starter if context.starter is not None else lead.owner_id
    people, own = context.people, {submitter, lead.owner_id, *partial}
    holders = (
        people.holders(role, department=department)
        if department is not None
        else people.nearest(role, to=submitter)
    )
    asked = [user for user in holders if user not in own]
    if asked:
        return [{"user": user, "found": "role", "role": role} for user in asked]
    below = next((user for user in holders if user in own), None)
    superior = None if below is None else people.superior(below)
    while superior is not None and superior in own:
        superior = people.superior(superior)
    if superior is None:
        return []
    return [{"user": superior, "found": "superior", "superior_of": below}]


@operation("sales.urge_lead")
def urge_lead(context: Context, *, target: str) -> list[int]:
    """Remind those who haven't decided; from the second time on their superiors are asked as well,
    for the same task. The user ids of who was told."""
    tasks = [task_id for task_id, _of in context.site.open_tasks()]
    asked = HumanTask.objects.filter(task_id__in=tasks, instance_id=context.instance)
    since = asked.values_list("created_at", flat=True).order_by("-pk").first()
    before = ActivityInstance.objects.filter(
        instance_id=context.instance,
        process=context.site.process,
        element=context.site.element,
        started_at__gte=since or context.now,
    )
    if before.exists():
        return add_superior(context, target=target)
    return remind(context, target=target)


@operation("sales.promote_lead")
def promote_lead(context: Context, *, target: str) -> str:
    """A customer in talk, its contact, and the opportunity where the reviewer wants one."""
    decided = context.decided
    lead = _locked(target)
    _find_heir(context, lead)
    wanted = decided.data.get("opportunity") if decided is not None else None
    customer = promotion.promote_lead(
        lead_id=lead.pk,
        key=context.key,
        by=context.actor,
        wanted=promotion.Wanted.of(wanted),
        now=context.now,
    )
    _tell_owner(
        context,
        lead,
        subject=gettext_noop("Now a customer: %(lead)s"),
        text=gettext_noop("Your lead “%(lead)s” was approved: the customer is “%(customer)s”."),
        customer=str(customer),
    )
    return "promoted"


def _find_heir(context: Context, lead: Lead) -> None:
    """A lead whose owner has left goes to the next one above who is there, else to the reviewer."""
    if organisation().active([lead.owner_id]):
        return
    heir = context.people.superior(lead.owner_id) or context.actor
    department = organisation().department_of(heir) if heir is not None else None
    if heir is not None and department is not None:
        context.note(gettext_noop("The owner of the lead has left: it goes to the superior."))
        lead.owner_id, lead.department_id = heir, department
        save_lead(lead, by=context.actor, now=context.now)


@operation("sales.close_lead")
def close(context: Context, *, target: str, result: str) -> str:
    """Nothing comes of the lead: invalid, given up because of a conflict, or back to the yellow
    pages."""
    lead = _locked(target)
    state, reason = CLOSED_AS[result], _opinion(context)
    if result == CONFLICT:
        owned = lead.conflict_with
        if owned is not None:
            reason = _said(_("Conflict: “%(customer)s”. %(reason)s"), customer=owned, reason=reason)
    if lead.state != state:
        close_lead(lead, state, reason=reason, by=context.actor, now=context.now)
        _tell_owner(
            context,
            lead,
            subject=gettext_noop("Closed: %(lead)s"),
            text=gettext_noop("Your lead “%(lead)s” was closed: %(reason)s"),
            reason=reason,
        )
    return result


@operation("sales.take_back_lead")
def take_back(context: Context, *, target: str) -> str:
    """The owner works on it again."""
    lead = _locked(target)
    save_lead(
        lead,
        by=context.actor,
        now=context.now,
        state=LeadState.FOLLOWING,
        question="",
        asked_fields=[],
    )
    return "taken_back"


# --- asked for more -------------------------------------------------------------------------------
@operation("sales.return_lead")
def return_lead(context: Context, *, target: str) -> Any:
    """What the reviewer asks stays with the lead; whom to ask."""
    lead, decided = _locked(target), context.decided
    save_lead(
        lead,
        by=context.actor,
        now=context.now,
        state=LeadState.RETURNED,
        question=_opinion(context),
        asked_fields=list(decided.data.get("asked") or ()) if decided is not None else [],
    )
    return _owner_now(context, lead)


def _owner_now(context: Context, lead: Lead) -> Any:
    """The owner of a lead as of now, or their superior where they have left."""
    if organisation().active([lead.owner_id]):
        return lead.owner_id
    return {"superior_of": lead.owner_id}


@operation("sales.resubmit_lead")
def resubmit_lead(context: Context, *, target: str) -> str:
    """The owner has answered, by the form of the task or on the page of the lead."""
    return "resubmitted"


@operation("sales.warn_recycle")
def warn_recycle(context: Context, *, target: str) -> list[int]:
    """Tell the owner that the lead goes back soon; the user ids of who was told."""
    lead = _locked(target)
    timers = [t.due_at for t in context.site.timers() if t.element == "recycle_due"]
    day = f"{timezone.localtime(min(timers)):%Y-%m-%d}" if timers else ""
    return _tell_owner(
        context,
        lead,
        subject=gettext_noop("Goes back to the yellow pages soon: %(lead)s"),
        text=gettext_noop(
            "“%(lead)s” waits for your answer: “%(question)s”. On %(day)s it goes back to the"
            " yellow pages."
        ),
        question=lead.question,
        day=day,
    )


@operation("sales.recycle_lead")
def recycle_lead(context: Context, *, target: str) -> str:
    """The owner was silent for too long: back to the yellow pages."""
    lead = _locked(target)
    if lead.state != LeadState.RECYCLED:
        reason = _said(_("No answer for %(days)s days"), days=LEAD_RECYCLE_DAYS.value())
        close_lead(lead, LeadState.RECYCLED, reason=reason, by=None, now=context.now)
        _tell_owner(
            context,
            lead,
            subject=gettext_noop("Back in the yellow pages: %(lead)s"),
            text=gettext_noop("“%(lead)s” went back to the yellow pages without an answer."),
        )
    return "recycled"


# --- in conflict ----------------------------------------------------------------------------------
@operation("sales.open_conflict")
def open_conflict(context: Context, *, target: str) -> dict[str, Any]:
    """The lead waits for its owner, or for a ruling. Whom to ask, and who rules: never somebody
    who gains by it."""
    lead = _locked(target)
    save_lead(lead, by=context.actor, now=context.now, state=LeadState.CONFLICT)
    owned = lead.conflict_with
    partial = (owned.owner_id,) if isinstance(owned, Customer) else ()
    return {
        "owner": _owner_now(context, lead),
        "judges": _judges(context, lead, Role.SALES_MANAGER, partial=partial),
    }


@operation("sales.merge_lead")
def merge_lead(context: Context, *, target: str, ruling: str) -> str:
    """Part of the customer that is there already, by the ruling."""
    lead = _locked(target)
    _find_heir(context, lead)
    customer = promotion.merge_lead(
        lead_id=lead.pk,
        key=context.key,
        ruling=ruling,
        by=context.actor,
        reason=_opinion(context),
        now=context.now,
    )
    _tell_owner(
        context,
        lead,
        subject=gettext_noop("Merged into a customer: %(lead)s"),
        text=gettext_noop("Your lead “%(lead)s” was merged into the customer “%(customer)s”."),
        also=[customer.owner_id],
        customer=str(customer),
    )
    return "merged"


@operation("sales.tell_apart")
def tell_apart(context: Context, *, target: str) -> str:
    """Another firm after all: it is compared with that customer no more, and reviewed."""
    lead = _locked(target)
    apart = [pk for pk in (lead.conflict_with_id,) if pk is not None]
    save_lead(
        lead,
        by=context.actor,
        now=context.now,
        state=LeadState.SUBMITTED,
        conflict_with=None,
        told_apart=sorted({*lead.told_apart, *apart}),
    )
    return "distinct"


def _tell_owner(
    context: Context,
    lead: Lead,
    *,
    subject: str,
    text: str,
    also: Collection[int] = (),
    **values: object,
) -> list[int]:
    """Mail the owner of a lead and others, but for who did it."""
    users = sorted({lead.owner_id, *also} - {context.actor})
    context.tell(users, subject=subject, text=text, values={"lead": lead.name, **values})
    return users
