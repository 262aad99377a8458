"""What agrees with a lead among customers, leads and companies, and what its reviewer must know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Q

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.inbox import wording
from apps.core.kinds import columns
from apps.core.kinds.addresses import url_of
from apps.core.kinds.columns import Cell
from apps.core.kinds.registry import kinds
from apps.sales.customers.models import Collaborator, Customer
from apps.sales.customers.protection import is_protected
from apps.sales.customers.services import survivor_of
from apps.sales.duplicates import Match, Source, find_matches, sources
from apps.sales.leads.models import OPEN, Lead

CUSTOMER: Final = "sales.customer"
SHOWN: Final = 20

sources.add(
    "sales.lead",
    Source(
        Lead,
        tax_ids=("tax_id",),
        phones=("phone_e164", "contact_mobile_e164"),
        live=Q(state__in=OPEN),
    ),
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A match as a reviewer sees it. `url` is "" where they may not look at it; `first`: it was
    reported before the lead; `protected`: a colleague can't be given it yet without saying why."""

    match: Match
    kind: str
    owner: str
    state: Cell | None
    last_contact_at: datetime | None
    reported_at: datetime
    first: bool
    protected_until: date | None
    protected: bool
    url: str


def matches_of(lead: Lead, among: Sequence[str] = ()) -> list[Match]:
    """What agrees with a lead, the strongest agreement first; without the company it came from and
    customers it was told apart from, which may have been merged since."""
    exclude = {lead.business_key, *(f"{CUSTOMER}:{survivor_of(pk)}" for pk in lead.told_apart)}
    if lead.company_id is not None:
        exclude.add(f"sales.targetcompany:{lead.company_id}")
    return find_matches(
        name=lead.name,
        phones=(lead.phone, lead.contact_mobile),
        tax_id=lead.tax_id,
        among=among,
        exclude=exclude,
    )


def known_customer(lead: Lead) -> Customer | None:
    """The customer that a lead seems to be."""
    for match in matches_of(lead, among=(CUSTOMER, "sales.contact")):
        found = Customer.objects.filter(pk=match.pk, merged_into=None).first()
        if found is not None:
            return found
    return None


def is_colleagues(lead: Lead, customer: Customer) -> bool:
    """Whether a customer belongs to a colleague of the lead's owner, who has no part in it."""
    if customer.owner_id == lead.owner_id:
        return False
    return not Collaborator.objects.filter(document=customer, user=lead.owner_id).exists()


def evidence_of(lead: Lead, rights: Rights) -> list[Evidence]:
    """The matches of a lead with what is known of them. A question for each kind of match."""
    matches = matches_of(lead)[:SHOWN]
    names = wording.names_of({match.owner for match in matches})
    visible = _visible(matches, rights)
    return [_evidence(lead, match, names.get(match.owner, "?"), visible) for match in matches]


def _visible(matches: Iterable[Match], rights: Rights) -> set[str]:
    """Business keys of the matches that the reader may open."""
    by_kind: dict[str, list[int]] = {}
    for match in matches:
        by_kind.setdefault(match.kind, []).append(match.pk)
    return {
        f"{key}:{pk}"
        for key, pks in by_kind.items()
        if rights.may(key, Action.VIEW)
        for pk in kinds[key].queryset(rights).filter(pk__in=pks).values_list("pk", flat=True)
    }


def _evidence(lead: Lead, match: Match, owner: str, visible: set[str]) -> Evidence:
    kind, row = kinds[match.kind], match.row
    state = next(iter(columns.badges(row)), None)
    customer = row if isinstance(row, Customer) else None
    return Evidence(
        match=match,
        kind=kind.label,
        owner=owner,
        state=state,
        last_contact_at=getattr(row, "last_contact_at", None),
        reported_at=row.created_at,
        first=row.created_at <= lead.created_at,
        protected_until=customer.protected_until if customer else None,
        protected=customer is not None and is_protected(customer),
        url=url_of(kind, "page", match.pk) if match.business_key in visible else "",
    )
