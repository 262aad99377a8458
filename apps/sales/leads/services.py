"""Writes of leads beyond their form and their review.

A lead under review is locked after its case, never before it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.access.rights import Rights
from apps.core.kinds.registry import kind_of
from apps.core.kinds.search import make_searchable
from apps.core.kinds.services import live_instance
from apps.core.links.services import link_documents
from apps.core.parameters.models import DictionaryEntry
from apps.core.phones import e164
from apps.sales.companies.entering import bring_back
from apps.sales.companies.models import TargetCompany
from apps.sales.companies.services import reopen_company
from apps.sales.duplicates import normal_name
from apps.sales.leads.models import UNDER_REVIEW, Lead, LeadState
from apps.sales.leads.states import FOLLOW, INVALIDATE, TAKE_BACK
from engine import instances, tasks
from engine.exceptions import InvalidData, NotFound, WrongState
from engine.models import HumanTask, TaskState
from engine.organisation import organisation

GIVE_UP: Final = "abandon"
REASON: Final = 500  # characters of a reason that are kept


@transaction.atomic
def open_lead(
    *,
    owner: int,
    name: str,
    by: int | None = None,
    company: TargetCompany | None = None,
    tax_id: str = "",
    phone: str = "",
    contact_name: str = "",
    contact_position: str = "",
    contact_mobile: str = "",
    region: DictionaryEntry | None = None,
    industry: DictionaryEntry | None = None,
    source: DictionaryEntry | None = None,
    address: str = "",
    need: str = "",
    budget: Decimal | None = None,
    next_contact_on: date | None = None,
    last_contact_at: datetime | None = None,
    now: datetime | None = None,
) -> Lead:
    """A new lead of `owner`, entered by `by` (default: the owner); of a company of the yellow pages
    where one is given. Raises InvalidData where the owner belongs to no department."""
    moment, entered_by = now or timezone.now(), by if by is not None else owner
    department = organisation().department_of(owner)
    if department is None:
        raise InvalidData(_("The owner belongs to no department."), errors={"owner": [str(owner)]})
    lead = Lead(
        owner_id=owner,
        department_id=department,
        name=" ".join(name.split()),
        company=company,
        tax_id=tax_id,
        phone=phone,
        contact_name=contact_name,
        contact_position=contact_position,
        contact_mobile=contact_mobile,
        region=region,
        industry=industry,
        source=source,
        address=address,
        need=need,
        budget=budget,
        next_contact_on=next_contact_on,
        last_contact_at=last_contact_at,
        version=1,
        created_at=moment,
        created_by_id=entered_by,
        changed_at=moment,
        changed_by_id=entered_by,
    )
    complete(lead)
    make_searchable(lead, kind_of(Lead).search)
    lead.save()
    return lead


def complete(lead: Lead) -> None:
    """Work out what isn't typed; the caller saves it."""
    lead.name_normal = normal_name(lead.name)
    lead.phone_e164, lead.contact_mobile_e164 = e164(lead.phone), e164(lead.contact_mobile)


def lock_lead(pk: int) -> Lead:
    """The locked row; raises NotFound."""
    found = Lead.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no lead %(pk)s.") % {"pk": pk})
    return found


def save_lead(lead: Lead, *, by: int | None, now: datetime, **changes: Any) -> None:
    """Save a locked lead as changed by somebody (None: the system)."""
    for name, value in changes.items():
        setattr(lead, name, value)
    lead.version += 1
    lead.changed_by_id, lead.changed_at = by, now
    lead.save()


@transaction.atomic
def touch_lead(*, lead_id: int, at: datetime) -> None:
    """Somebody was in contact with the firm at that time: a new lead is followed from then on. An
    earlier contact changes nothing else."""
    found = Lead.objects.filter(pk=lead_id)
    found.filter(state=LeadState.NEW).update(state=LeadState.FOLLOWING)
    found.filter(Q(last_contact_at=None) | Q(last_contact_at__lt=at)).update(last_contact_at=at)


@transaction.atomic
def set_next_contact(
    *, lead_id: int, on: date | None, rights: Rights, now: datetime | None = None
) -> Lead:
    """Plan, or drop (None), the next contact with an open lead. Raises NotFound, NotAllowed,
    WrongState, and InvalidData for a day that has passed."""
    moment = now or timezone.now()
    if on is not None and on < timezone.localdate(moment):
        message = _("Choose today or a day to come.")
        raise InvalidData(message, errors={"next_contact_on": [message]})
    lead = lock_lead(lead_id)
    kind_of(lead).require(rights, FOLLOW, lead)
    save_lead(lead, by=rights.user, now=moment, next_contact_on=on)
    return lead


@transaction.atomic
def take_back(*, lead_id: int, rights: Rights, now: datetime | None = None) -> Lead:
    """Take a lead out of its review, to work on it again: by whoever submitted it before somebody
    has decided, or by its owner where more was asked for. Raises NotFound, NotAllowed, WrongState.
    """
    kind = kind_of(Lead)
    lead = kind.find(rights, lead_id)
    kind.require(rights, TAKE_BACK, lead)
    case = live_instance(lead.business_key)
    if case is None:
        raise WrongState(_("No review of “%(lead)s” is under way.") % {"lead": lead})
    asked = open_work(lead).filter(assignee=rights.user).first()
    if lead.state == LeadState.RETURNED and asked is not None:
        tasks.complete(asked.pk, user=rights.user, decision=GIVE_UP, now=now)
    else:
        instances.withdraw(case.pk, user=rights.user, now=now)
    lead.refresh_from_db()
    return lead


@transaction.atomic
def mark_invalid(*, lead_id: int, reason: str, rights: Rights, now: datetime | None = None) -> Lead:
    """Nothing will come of a lead that its owner works on; a case that waits for the owner ends.
    Raises NotFound, NotAllowed, WrongState, and InvalidData without a reason."""
    moment = now or timezone.now()
    if not reason.strip():
        message = _("Say why.")
        raise InvalidData(message, errors={"reason": [message]})
    kind = kind_of(Lead)
    lead = kind.find(rights, lead_id)
    kind.require(rights, INVALIDATE, lead)
    case = live_instance(lead.business_key)
    if case is not None:
        instances.terminate(case.pk, by=rights.user, reason=reason, now=moment)
    lead = lock_lead(lead_id)
    kind.require(rights, INVALIDATE, lead)
    close_lead(lead, LeadState.INVALID, reason=reason, by=rights.user, now=moment)
    return lead


def close_lead(lead: Lead, state: LeadState, *, reason: str, by: int | None, now: datetime) -> None:
    """Nothing comes of a locked lead. Back in the yellow pages, its company is there for everyone
    to claim; one that came from elsewhere gets one."""
    save_lead(
        lead,
        by=by,
        now=now,
        state=state,
        closed_at=now,
        close_reason=reason.strip()[:REASON],
        asked_fields=[],
        conflict_with=None,
        next_contact_on=None,
    )
    if state != LeadState.RECYCLED:
        return
    if lead.company_id is not None:
        reopen_company(company_id=lead.company_id, by=by, reason=reason, now=now)
    else:
        _enter_yellow_pages(lead, reason=reason, by=by, now=now)


def _enter_yellow_pages(lead: Lead, *, reason: str, by: int | None, now: datetime) -> None:
    """What is known of the firm of a lead that didn't come from there, and what was done with it,
    is whoever's who claims it."""
    lead.company = bring_back(
        owner=lead.owner_id,
        department=lead.department_id,
        by=by,
        reason=reason,
        now=now,
        name=lead.name,
        tax_id=lead.tax_id,
        phone=lead.phone or lead.contact_mobile,
        contact_name=lead.contact_name,
        contact_position=lead.contact_position,
        region=lead.region,
        industry=lead.industry,
        source=lead.source,
        address=lead.address,
        last_contact_at=lead.last_contact_at,
    )
    lead.save(update_fields=["company"])
    lead.activities.filter(company=None).update(company=lead.company)  # type: ignore[attr-defined]
    link_documents(source=lead.business_key, target=lead.company.business_key, by=by, now=now)


def open_work(lead: Lead) -> Any:
    """What the owner of a lead under review is asked: open tasks that are no decisions about it."""
    return HumanTask.objects.filter(
        instance__business_key=lead.business_key,
        state__in=(TaskState.READY, TaskState.RESERVED),
        queue="work",
    )


def give_work(lead: Lead, *, to: int, by: int) -> None:
    """What the owner was asked, the new owner is asked. Before the lead is locked."""
    if lead.state in UNDER_REVIEW:
        for task in open_work(lead).filter(assignee=lead.owner_id):
            tasks.entrust(task.pk, to=to, by=by)
