"""What the moves of companies between their states share.

The case of a company's recycling is locked before the company, never after it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.access.rights import Rights
from apps.core.kinds.registry import kinds
from apps.sales.companies.models import (
    HELD,
    CompanyClaim,
    CompanyState,
    Ending,
    TargetCompany,
)
from engine import instances
from engine.exceptions import Conflict, EngineError, NotAllowed, NotFound, NothingCaught, WrongState
from engine.organisation import organisation

KEY: Final = "sales.targetcompany"
HEARD_OF: Final = "sales.company_heard_of"
"""The message that ends the case of a company's recycling: contacted, promoted, released …"""


def lock_company(company_id: int, *, by: int | None, ends_case: bool = True) -> TargetCompany:
    """The locked row; a case that would take it back has ended then. Raises NotFound."""
    if ends_case:
        end_recycling(company_id, by=by)
    found = TargetCompany.objects.select_for_update().filter(pk=company_id).first()
    if found is None:
        raise NotFound(_("There is no company %(pk)s.") % {"pk": company_id})
    return found


def end_recycling(company_id: int, *, by: int | None) -> None:
    """End the case that would take a company back, if there is one."""
    if TargetCompany.objects.filter(pk=company_id, recycle_at__isnull=False).exists():
        with suppress(NothingCaught):
            instances.correlate(HEARD_OF, f"{KEY}:{company_id}", by=by)


def require(rights: Rights, action: str, company: TargetCompany | None = None) -> None:
    """Raises NotAllowed."""
    kinds[KEY].require(rights, action, company)


def require_state(company: TargetCompany, *states: str) -> None:
    """Raises WrongState, or Conflict where somebody else has it now."""
    if company.state not in states:
        raise refused(company)


def refused(company: TargetCompany) -> EngineError:
    """Why a company can't be had: who has it since when."""
    if company.state in HELD:
        return Conflict(taken(company), by=company.owner_id, at=company.claimed_at)
    return WrongState(said_of_state(company))


def taken(company: TargetCompany) -> str:
    """Who has it since when."""
    return _("“%(company)s” has been claimed by %(name)s at %(time)s.") % {
        "company": company.name,
        "name": organisation().names([company.owner_id]).get(company.owner_id, "?"),
        "time": moment_text(company.claimed_at),
    }


def said_of_state(company: TargetCompany) -> str:
    """In which state it is."""
    return _("“%(company)s” is in the state “%(state)s”.") % {
        "company": company.name,
        "state": CompanyState(company.state).label,
    }


def moment_text(moment: datetime | None) -> str:
    """Today's hour, or the day and the hour."""
    if moment is None:
        return "?"
    local = timezone.localtime(moment)
    today = local.date() == timezone.localdate()
    return local.strftime("%H:%M" if today else "%Y-%m-%d %H:%M")


def save_company(company: TargetCompany, *, by: int | None, now: datetime, **values: Any) -> None:
    """Change a locked company."""
    values |= {"changed_by_id": by, "changed_at": now, "version": company.version + 1}
    for name, value in values.items():
        setattr(company, name, value)
    company.save(update_fields=[name.removesuffix("_id") for name in values])


def leave_company(
    company: TargetCompany,
    ending: Ending,
    *,
    by: int | None,
    now: datetime,
    reason: str = "",
    state: CompanyState = CompanyState.UNCLAIMED,
    **values: Any,
) -> None:
    """Nobody has a locked company any more; its last owner stays with it for the record."""
    end_claim(company, ending, now=now, reason=reason)
    save_company(
        company,
        by=by,
        now=now,
        state=state,
        claimed_at=None,
        promoted_at=None,
        recycle_at=None,
        **values,
    )


def end_claim(company: TargetCompany, ending: Ending, *, now: datetime, reason: str = "") -> None:
    """Close the open claim of a company, if it has one."""
    CompanyClaim.objects.filter(company=company, ended_at=None).update(
        ended_at=now, ending=ending, reason=reason[:500]
    )


def department_of(user: int) -> int:
    """Where somebody belongs; raises NotAllowed for somebody who belongs nowhere or has left."""
    department = organisation().department_of(user)
    if department is None or user not in organisation().active([user]):
        raise NotAllowed(_("Only colleagues with a department can have companies."))
    return department
