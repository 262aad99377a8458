"""Claiming: whoever clicks at the same moment, one wins, and nobody takes more than their share."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accountsets.routing import scoped
from apps.core.access.rights import Rights
from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.core.parameters.services import values
from apps.sales.companies.models import CompanyClaim, CompanyState, Ending, TargetCompany
from apps.sales.companies.services.moving import (
    department_of,
    leave_company,
    lock_company,
    moment_text,
    refused,
    require,
    require_state,
)
from apps.sales.parameters import CLAIMS_A_DAY, COMPANIES_HELD, RECLAIM_DAYS
from engine.exceptions import NotFound, WrongState

CLAIM: Final = "claim"
RELEASE: Final = "release"


@transaction.atomic
def claim_company(*, company_id: int, rights: Rights, now: datetime | None = None) -> TargetCompany:
    """Take an unclaimed company for oneself. Raises NotAllowed, WrongState where the share of the
    day or of companies held is used up, Conflict (`by`, `at`) where somebody was faster."""
    require(rights, CLAIM)
    moment = now or timezone.now()
    _one_claim_at_a_time(rights.user)
    _require_share(rights.user, company_id, moment)
    company = take_company(company_id=company_id, user=rights.user, by=rights.user, now=moment)
    record(
        Event.COMPANY_CLAIMED,
        by=rights.user,
        subject=company,
        after={"state": company.state, "owner": rights.user},
    )
    return company


def take_company(
    *, company_id: int, user: int, by: int, now: datetime, assigned: bool = False
) -> TargetCompany:
    """Give an unclaimed company to somebody, in the caller's transaction: one statement decides
    who is first. Raises NotFound, and Conflict or WrongState for whoever isn't."""
    won = TargetCompany.objects.filter(pk=company_id, state=CompanyState.UNCLAIMED).update(
        state=CompanyState.CLAIMED,
        owner=user,
        department=department_of(user),
        claimed_at=now,
        recycle_at=None,
        changed_by=by,
        changed_at=now,
        version=F("version") + 1,
    )
    company = TargetCompany.objects.filter(pk=company_id).first()
    if company is None:
        raise NotFound(_("There is no company %(pk)s.") % {"pk": company_id})
    if not won:
        raise refused(company)
    CompanyClaim.objects.create(
        company=company, user_id=user, claimed_at=now, assigned_by_id=by if assigned else None
    )
    return company


@transaction.atomic
def release_company(
    *, company_id: int, rights: Rights, reason: str, now: datetime | None = None
) -> TargetCompany:
    """Give a claimed company back to everyone. Raises NotFound, NotAllowed, WrongState."""
    company = lock_company(company_id, by=rights.user)
    require(rights, RELEASE, company)
    require_state(company, CompanyState.CLAIMED)
    return _release(company, by=rights.user, reason=reason, now=now or timezone.now())


@transaction.atomic
def give_back(*, company_id: int, by: int | None, reason: str, now: datetime) -> TargetCompany:
    """The same by its owner's answer to the warning: its case is the caller."""
    company = lock_company(company_id, by=by, ends_case=False)
    require_state(company, CompanyState.CLAIMED)
    return _release(company, by=by, reason=reason, now=now)


def _release(
    company: TargetCompany, *, by: int | None, reason: str, now: datetime
) -> TargetCompany:
    leave_company(company, Ending.RELEASED, by=by, now=now, reason=reason)
    before = {"owner": company.owner_id}
    record(Event.COMPANY_RELEASED, by=by, subject=company, before=before, reason=reason)
    return company


# --- shares ---------------------------------------------------------------------------------------
def _one_claim_at_a_time(user: int) -> None:
    """Two claims of one person are counted one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s))", [scoped(f"sales.claims:{user}")]
        )


def _require_share(user: int, company_id: int, now: datetime) -> None:
    """Raises WrongState where somebody has had their share."""
    settled = values()
    most, held_most = settled[CLAIMS_A_DAY.code], settled[COMPANIES_HELD.code]
    if most > 0 and claimed_today(user, now) >= most:
        raise WrongState(
            ngettext(
                "You have claimed %(most)s company today: go on tomorrow.",
                "You have claimed %(most)s companies today: go on tomorrow.",
                most,
            )
            % {"most": most}
        )
    if held_most > 0 and TargetCompany.objects.held_by(user).count() >= held_most:
        raise WrongState(
            ngettext(
                "You hold %(most)s company: promote or release it first.",
                "You hold %(most)s companies: promote or release some of them first.",
                held_most,
            )
            % {"most": held_most}
        )
    _require_pause(user, company_id, settled[RECLAIM_DAYS.code], now)


def claimed_today(user: int, now: datetime) -> int:
    """How many companies somebody has claimed on that day, given back or not."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return CompanyClaim.objects.filter(
        user=user,
        claimed_at__gte=midnight,
        claimed_at__lt=midnight + timedelta(days=1),
        assigned_by=None,
    ).count()


def _require_pause(user: int, company_id: int, days: int, now: datetime) -> None:
    """Nobody keeps a company for ever by giving it back and taking it again."""
    since = now - timedelta(days=days)
    last = (
        CompanyClaim.objects.filter(
            company=company_id,
            user=user,
            ending__in=(Ending.RELEASED, Ending.RECYCLED),
            ended_at__gt=since,
        )
        .order_by("-ended_at")
        .first()
    )
    if last is not None and last.ended_at is not None:
        raise WrongState(
            _("You had this company until %(ended)s: you may claim it again from %(again)s on.")
            % {
                "ended": moment_text(last.ended_at),
                "again": moment_text(last.ended_at + timedelta(days=days)),
            }
        )
