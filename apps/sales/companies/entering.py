"""A company enters the yellow pages once: what agrees with one that is there already is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from apps.accountsets.routing import scoped
from apps.core.kinds.registry import kinds
from apps.core.phones import e164
from apps.sales.companies.models import TargetCompany
from apps.sales.duplicates import (
    Basis,
    Candidate,
    Match,
    Source,
    find_all,
    normal_name,
    sources,
)
from engine.exceptions import InvalidData
from engine.organisation import organisation

FIELDS: Final = {Basis.TAX_ID: "tax_id", Basis.PHONE: "phone", Basis.NAME: "name"}
"""Beside which field an agreement is told."""
KEY: Final = "sales.targetcompany"


def complete(company: Any) -> None:
    """Work out what isn't typed; the caller saves it."""
    company.name_normal, company.phone_e164 = normal_name(company.name), e164(company.phone)


def enter_one_by_one() -> None:
    """Let nobody else enter companies before this transaction ends: what agrees with each other
    would else pass side by side."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [scoped("sales.companies")])


def require_new(company: TargetCompany) -> None:
    """Raises InvalidData, by field, where a completed company agrees with one that is there, or
    with a lead or a customer; `matches` says with which. Of one that is changed, only what is new
    is compared."""
    enter_one_by_one()
    candidate = candidate_of(company)
    if company.pk is not None:
        candidate = _changed(candidate, TargetCompany.objects.get(pk=company.pk))
    (matches,) = find_all([candidate], exclude={company.business_key})
    if matches:
        names = organisation().names({match.owner for match in matches})
        errors = dict(errors_of(matches, names))
        raise InvalidData(
            next(iter(errors.values()))[0],
            errors=errors,
            matches=[{"kind": m.kind, "id": m.pk, "label": m.label} for m in matches],
        )


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


def _changed(candidate: Candidate, stored: TargetCompany) -> Candidate:
    before = dict(candidate_of(stored).values())
    now = dict(candidate.values())
    new = {basis for basis, value in now.items() if before.get(basis) != value}
    return Candidate(
        candidate.name if Basis.NAME in new else "",
        candidate.phones if Basis.PHONE in new else (),
        candidate.tax_id if Basis.TAX_ID in new else "",
    )


def errors_of(
    matches: Sequence[Match], names: Mapping[int, str]
) -> Iterator[tuple[str, list[str]]]:
    """What is said of matches, by field: the first of each; with the names of their owners."""
    told: set[Basis] = set()
    for match in matches:
        if match.basis not in told:
            told.add(match.basis)
            yield FIELDS[match.basis], [said_of(match, names.get(match.owner, "?"))]


def said_of(match: Match, owner: str) -> str:
    """“康泽医疗” is there already (yellow pages, 解晓梅): same phone."""
    return _("%(basis)s as “%(label)s” (%(kind)s, %(owner)s).") % {
        "basis": match.basis.label,
        "label": match.label,
        "kind": kinds[match.kind].label_plural,
        "owner": owner,
    }


sources.add(
    KEY, Source(TargetCompany, tax_ids=("tax_id",), phones=("phone_e164",), names=("name_normal",))
)
