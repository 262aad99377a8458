"""A customer is entered once, and not past the colleague who is at it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from apps.core.phones import e164
from apps.sales.agreements import changed_only, enter_one_by_one, refuse
from apps.sales.companies.models import HELD, TargetCompany
from apps.sales.customers.models import Customer
from apps.sales.customers.protection import protected_from
from apps.sales.duplicates import Basis, Candidate, Match, find_all, normal_name

NAME: Final = 120  # characters of a normal name that are kept
CUSTOMER, COMPANY = "sales.customer", "sales.targetcompany"


def complete(customer: Customer) -> None:
    """Work out what isn't typed; the caller saves it."""
    customer.phone_e164 = e164(customer.phone)
    customer.invoice_phone_e164 = e164(customer.invoice_phone)
    customer.name_normal = normal_name(customer.name)[:NAME]
    if customer.pk is None and customer.protected_until is None:
        customer.protected_until = protected_from(customer.created_at)


def require_new(customer: Customer) -> None:
    """Raises InvalidData, by field, where a completed customer agrees with another one, or with a
    lead or company that a colleague works on; `matches` says with which. A promotion decides by
    itself, after a review. Of one that is changed, only what is new is compared."""
    enter_one_by_one()
    candidate = _candidate_of(customer)
    if customer.pk is not None:
        candidate = changed_only(candidate, _candidate_of(Customer.objects.get(pk=customer.pk)))
    (matches,) = find_all([candidate], exclude={customer.business_key})
    held = _held({match.pk for match in matches if match.kind == COMPANY})
    refuse([match for match in matches if _is_in_the_way(match, customer, held)])


def _candidate_of(customer: Customer) -> Candidate:
    return Candidate(customer.name, (customer.phone,), customer.tax_id)


def _is_in_the_way(match: Match, customer: Customer, held: Collection[int]) -> bool:
    if match.kind == CUSTOMER:  # a branch may have the phone and the tax id of its head office
        return match.pk != customer.parent_id or match.basis == Basis.NAME
    theirs = customer.owner_id not in (None, match.owner)  # None: typed, not saved yet
    return theirs and (match.kind != COMPANY or match.pk in held)


def _held(companies: Collection[int]) -> set[int]:
    """Which of these companies somebody has claimed."""
    if not companies:
        return set()
    found = TargetCompany.objects.filter(pk__in=companies, state__in=HELD)
    return set(found.values_list("pk", flat=True))
