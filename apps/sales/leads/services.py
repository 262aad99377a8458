"""Writes of leads beyond their form."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from apps.core.kinds.registry import kind_of
from apps.core.kinds.search import make_searchable
from apps.core.parameters.models import DictionaryEntry
from apps.sales.leads.models import Lead
from apps.sales.phones import e164
from engine.organisation import organisation


@transaction.atomic
def open_lead(
    *,
    owner: int,
    name: str,
    by: int | None = None,
    tax_id: str = "",
    phone: str = "",
    contact_name: str = "",
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
    """A new lead of `owner`, entered by `by` (default: the owner)."""
    moment, entered_by = now or timezone.now(), by if by is not None else owner
    lead = Lead(
        owner_id=owner,
        department_id=organisation().department_of(owner),
        name=name,
        tax_id=tax_id,
        phone=phone,
        contact_name=contact_name,
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
    lead.phone_e164, lead.contact_mobile_e164 = e164(lead.phone), e164(lead.contact_mobile)
