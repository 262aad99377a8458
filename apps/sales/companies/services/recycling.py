"""Companies that nobody hears of go back to everyone, after a warning.

A set-based sweep finds those that have been silent for long enough; each then has a case of its own
(`processes/sales/claim_recycling.bpmn`), which warns, waits and takes back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction

from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.core.parameters.services import values
from apps.sales.companies.models import CompanyState, Ending, TargetCompany
from apps.sales.companies.services.moving import KEY, leave_company, lock_company
from apps.sales.parameters import RECYCLE_DAYS, RECYCLE_WARNING_DAYS
from engine import instances
from engine.exceptions import Conflict, EngineError

PROCESS: Final = "claim_recycling"
AT_ONCE: Final = 500
log = structlog.get_logger(__name__)


def warn_silent(*, now: datetime, most: int = AT_ONCE) -> int:
    """Start the case of every company that goes back soon; how many were started.

    However often it runs, and after whatever standstill: a case is started once for a silence, and
    whoever is silent for longer already is warned first."""
    settled = values()
    days, warning = settled[RECYCLE_DAYS.code], settled[RECYCLE_WARNING_DAYS.code]
    if days <= 0:
        return 0
    silent = TargetCompany.objects.silent_since(now - timedelta(days=max(days - warning, 0)))
    due = silent.filter(recycle_at=None).order_by("pk").values_list("pk", "owner_id", "name")
    return sum(_start(pk, owner, name, now) for pk, owner, name in list(due[:most]))


def _start(pk: int, owner: int, name: str, now: datetime) -> bool:
    try:
        instances.start(
            PROCESS,
            business_key=f"{KEY}:{pk}",
            variables={"target": f"{KEY}:{pk}", "owner": owner},
            card={"subject": name, "queue": "reminder"},
            starter=None,
            now=now,
        )
    except Conflict:  # another run was faster
        return False
    except EngineError as error:
        log.warning("recycling_not_started", company=pk, error=str(error))
        return False
    return True


def warn_of_recycling(*, company_id: int, now: datetime) -> datetime | None:
    """Settle when a silent company goes back, after the days of warning at the earliest; None where
    it isn't silent any more. Called by its case."""
    settled = values()
    days, warning = settled[RECYCLE_DAYS.code], settled[RECYCLE_WARNING_DAYS.code]
    company = lock_company(company_id, by=None, ends_case=False)
    since = heard_of(company)
    if days <= 0 or since is None or since >= now - timedelta(days=max(days - warning, 0)):
        return None
    company.recycle_at = max(since + timedelta(days=days), now + timedelta(days=warning))
    company.save(update_fields=["recycle_at"])
    return company.recycle_at


@transaction.atomic
def recycle_company(*, company_id: int, now: datetime) -> bool:
    """Take a company back that has stayed silent; False where it has been heard of after all.
    Called by its case."""
    company = lock_company(company_id, by=None, ends_case=False)
    if company.state != CompanyState.CLAIMED or company.recycle_at is None:
        return False
    if company.recycle_at > now:
        return False
    before = {"owner": company.owner_id, "last_contact_at": company.last_contact_at}
    leave_company(company, Ending.RECYCLED, by=None, now=now)
    record(Event.COMPANY_RECYCLED, by=None, subject=company, before=before)
    return True


def heard_of(company: TargetCompany) -> datetime | None:
    """From when on its silence is counted; None for one that nobody holds."""
    if company.state != CompanyState.CLAIMED:
        return None
    return max(moment for moment in (company.claimed_at, company.last_contact_at) if moment)
