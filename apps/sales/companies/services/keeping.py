"""Companies are made void and brought back, are heard of, and come back from the leads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.core.access.rights import Rights
from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.sales.companies.models import (
    HELD,
    CompanyClaim,
    CompanyState,
    Ending,
    TargetCompany,
)
from apps.sales.companies.services.moving import (
    leave_company,
    lock_company,
    require,
    require_state,
    save_company,
)

DISCARD: Final = "discard"


@transaction.atomic
def void_company(
    *, company_id: int, rights: Rights, reason: str, now: datetime | None = None
) -> TargetCompany:
    """Nobody will call it any more: it doesn't exist, is no customer for us … Raises NotFound,
    NotAllowed, WrongState."""
    moment = now or timezone.now()
    company = lock_company(company_id, by=rights.user)
    require(rights, DISCARD, company)
    require_state(company, CompanyState.UNCLAIMED, CompanyState.CLAIMED)
    leave_company(
        company,
        Ending.VOID,
        by=rights.user,
        now=moment,
        reason=reason,
        state=CompanyState.VOID,
        void_reason=reason[:500],
    )
    record(Event.COMPANY_VOID, by=rights.user, subject=company, reason=reason)
    return company


@transaction.atomic
def restore_company(
    *, company_id: int, rights: Rights, now: datetime | None = None
) -> TargetCompany:
    """A void company is there for everyone again. Raises NotFound, NotAllowed, WrongState."""
    company = lock_company(company_id, by=rights.user)
    require(rights, DISCARD, company)
    require_state(company, CompanyState.VOID)
    save_company(
        company,
        by=rights.user,
        now=now or timezone.now(),
        state=CompanyState.UNCLAIMED,
        void_reason="",
    )
    record(Event.COMPANY_REOPENED, by=rights.user, subject=company)
    return company


@transaction.atomic
def reopen_company(
    *, company_id: int, by: int | None, reason: str = "", now: datetime | None = None
) -> TargetCompany:
    """The lead that was made of it came to nothing: it is there for everyone again. Does nothing
    with one that isn't promoted. Raises NotFound."""
    moment = now or timezone.now()
    company = lock_company(company_id, by=by)
    if company.state == CompanyState.PROMOTED:
        leave_company(company, Ending.REOPENED, by=by, now=moment, reason=reason)
        record(Event.COMPANY_REOPENED, by=by, subject=company, reason=reason)
    return company


@transaction.atomic
def touch_company(*, company_id: int, at: datetime, by: int | None = None) -> None:
    """Somebody was in contact with a company at that time; an earlier contact changes nothing. A
    case that would take it back for its silence ends. Raises NotFound."""
    later = Q(last_contact_at=None) | Q(last_contact_at__lt=at)
    if TargetCompany.objects.filter(later, pk=company_id, recycle_at=None).update(
        last_contact_at=at
    ):
        return
    company = lock_company(company_id, by=by)
    if company.last_contact_at is None or company.last_contact_at < at:
        company.last_contact_at, company.recycle_at = at, None
        company.save(update_fields=["last_contact_at", "recycle_at"])


def follow_owner(companies: Sequence[TargetCompany], *, now: datetime) -> None:
    """Locked companies have another owner: the claim of the one before ends, the silence is counted
    anew. Whoever gets them takes them on top of their share."""
    held = [company for company in companies if company.state in HELD]
    open_claims = CompanyClaim.objects.filter(company__in=held, ended_at=None)
    open_claims.update(ended_at=now, ending=Ending.HANDED_OVER)
    CompanyClaim.objects.bulk_create(
        CompanyClaim(
            company=company,
            user_id=company.owner_id,
            claimed_at=now,
            assigned_by_id=company.changed_by_id,
        )
        for company in held
    )
    for company in held:
        company.claimed_at, company.recycle_at = now, None
    TargetCompany.objects.bulk_update(held, ["claimed_at", "recycle_at"], batch_size=1000)
