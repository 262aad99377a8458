"""A company becomes a lead: by whoever has claimed it, or because a manager assigns it.

Apart from the other services, as leads know companies and not the other way round."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.access.rights import Rights
from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.core.kinds.registry import kinds
from apps.core.kinds.services import require_viewer
from apps.core.links.services import link_documents
from apps.sales.activities.services import follow_company_into_lead
from apps.sales.companies.models import CompanyState, TargetCompany
from apps.sales.companies.services import take_company
from apps.sales.companies.services.moving import (
    lock_company,
    require,
    require_state,
    save_company,
)
from apps.sales.leads.models import Lead
from apps.sales.leads.services import open_lead
from apps.sales.parameters import PROMOTE_AFTER_CONTACT
from engine.exceptions import WrongState

PROMOTE: Final = "promote"
ASSIGN: Final = "assign"


@transaction.atomic
def promote_company(
    *, company_id: int, rights: Rights, need: str = "", now: datetime | None = None
) -> Lead:
    """Make a lead of a claimed company that there has been contact with. Raises NotFound,
    NotAllowed, WrongState."""
    moment = now or timezone.now()
    company = lock_company(company_id, by=rights.user)
    require(rights, PROMOTE, company)
    require_state(company, CompanyState.CLAIMED)
    if not contacted(company) and PROMOTE_AFTER_CONTACT.value():
        raise WrongState(
            _("There was no contact with “%(company)s” yet: note one first.")
            % {"company": company.name}
        )
    return _promote(company, by=rights.user, need=need, now=moment)


def contacted(company: TargetCompany) -> bool:
    """Whether there was contact since it was claimed."""
    return (
        company.claimed_at is not None
        and company.last_contact_at is not None
        and company.last_contact_at >= company.claimed_at
    )


@transaction.atomic
def assign_company(
    *, company_id: int, to: int, rights: Rights, need: str = "", now: datetime | None = None
) -> Lead:
    """Claim an unclaimed company for a colleague and make a lead of it. Raises NotFound,
    NotAllowed, Conflict where somebody was faster, and InvalidData for a colleague who may see no
    leads."""
    require(rights, ASSIGN)
    moment = now or timezone.now()
    company = take_company(
        company_id=company_id, user=to, by=rights.user, now=moment, assigned=True
    )
    require_viewer(kinds["sales.lead"], to)
    record(Event.COMPANY_ASSIGNED, by=rights.user, subject=company, after={"owner": to})
    return _promote(company, by=rights.user, need=need, now=moment)


def _promote(company: TargetCompany, *, by: int, need: str, now: datetime) -> Lead:
    lead = open_lead(
        owner=company.owner_id,
        by=by,
        name=company.name,
        tax_id=company.tax_id,
        phone=company.phone,
        company=company,
        contact_name=company.contact_name,
        contact_position=company.contact_position,
        region=company.region,
        industry=company.industry,
        source=company.source,
        address=company.address,
        need=need,
        last_contact_at=company.last_contact_at,
        now=now,
    )
    save_company(
        company, by=by, now=now, state=CompanyState.PROMOTED, promoted_at=now, recycle_at=None
    )
    link_documents(source=company.business_key, target=lead.business_key, by=by, now=now)
    follow_company_into_lead(company=company.pk, lead=lead.pk, now=now)
    record(
        Event.COMPANY_PROMOTED,
        by=by,
        subject=company,
        after={"lead": lead.pk, "owner": company.owner_id},
    )
    return lead
