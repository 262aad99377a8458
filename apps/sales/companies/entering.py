"""A company enters the yellow pages once: what agrees with one that is there already is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.core.kinds.registry import kinds
from apps.core.kinds.search import make_searchable
from apps.core.phones import e164
from apps.sales.agreements import FIELDS, changed_only, enter_one_by_one, errors_of, refuse
from apps.sales.companies.models import CompanyState, TargetCompany
from apps.sales.companies.services.moving import KEY, lock_company, save_company
from apps.sales.duplicates import (
    Basis,
    Candidate,
    Source,
    find_all,
    normal_name,
    sources,
)
from engine.organisation import organisation


def complete(company: Any) -> None:
    """Work out what isn't typed; the caller saves it."""
    company.name_normal, company.phone_e164 = normal_name(company.name), e164(company.phone)


def require_new(company: TargetCompany) -> None:
    """Raises InvalidData, by field, where a completed company agrees with one that is there, or
    with a lead or a customer; `matches` says with which. Of one that is changed, only what is new
    is compared."""
    enter_one_by_one()
    candidate = candidate_of(company)
    if company.pk is not None:
        before = TargetCompany.objects.get(pk=company.pk)
        candidate = changed_only(candidate, candidate_of(before))
    (matches,) = find_all([candidate], exclude={company.business_key})
    refuse(matches)


def bring_back(
    *, owner: int, department: int, by: int | None, reason: str, now: datetime, **known: Any
) -> TargetCompany:
    """The company of a firm that nothing came of, for everyone to claim: the one that agrees with
    what is `known` of it (a void one is there again; one that somebody has stays theirs), else a
    new one. `owner` had it last."""
    enter_one_by_one()
    company = TargetCompany(
        owner_id=owner,
        department_id=department,
        created_by_id=by,
        created_at=now,
        changed_by_id=by,
        changed_at=now,
        version=1,
        **known,
    )
    complete(company)
    (matches,) = find_all([candidate_of(company)], among=(KEY,))
    if not matches:
        make_searchable(company, kinds[KEY].search)
        company.save()
    else:
        company = lock_company(matches[0].pk, by=by, ends_case=False)
        if company.state != CompanyState.VOID:
            return company
        save_company(company, by=by, now=now, state=CompanyState.UNCLAIMED, void_reason="")
    record(Event.COMPANY_REOPENED, by=by, subject=company, reason=reason)
    return company


def errors_of_many(companies: Sequence[TargetCompany]) -> list[dict[str, list[str]]]:
    """What is wrong with each of many completed companies that enter together: agreements with what
    is there, and with one further up."""
    enter_one_by_one()
    candidates = [candidate_of(company) for company in companies]
    found = find_all(candidates)
    names = organisation().names({match.owner for each in found for match in each})
    first: dict[tuple[Basis, str], str] = {}
    errors: list[dict[str, list[str]]] = []
    for company, candidate, matches in zip(companies, candidates, found, strict=True):
        wrong = dict(errors_of(matches, names))
        for key in candidate.values() if not wrong else ():
            if key in first and not wrong:
                wrong[FIELDS[key[0]]] = [said_of_twin(key[0], first[key])]
        if not wrong:
            first |= dict.fromkeys(candidate.values(), company.name)
        errors.append(wrong)
    return errors


def said_of_twin(basis: Basis, name: str) -> str:
    """Of a company that is in the same file twice."""
    return _("%(basis)s as “%(label)s” further up in this file.") % {
        "basis": basis.label,
        "label": name,
    }


def candidate_of(company: TargetCompany) -> Candidate:
    """What is compared of a company."""
    return Candidate(company.name, (company.phone,), company.tax_id)


sources.add(
    KEY, Source(TargetCompany, tax_ids=("tax_id",), phones=("phone_e164",), names=("name_normal",))
)
