"""A lead becomes a customer, once; or part of one that is there already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.accountsets.routing import scoped
from apps.core.links.services import link_documents
from apps.sales.activities.services import carry_over_activities
from apps.sales.contacts.services import open_contact
from apps.sales.customers.models import ASLEEP, Address, Customer
from apps.sales.customers.services import (
    lock_customer,
    open_customer,
    restore_customer,
    share_customer,
    touch_customer,
    transfer_customer,
)
from apps.sales.leads.evidence import is_colleagues, known_customer
from apps.sales.leads.models import Lead, LeadState
from apps.sales.leads.services import lock_lead, save_lead
from apps.sales.opportunities.services import open_opportunity
from engine.exceptions import WrongState
from engine.organisation import organisation

KEEP_OWNER: Final = "keep_owner"
TO_APPLICANT: Final = "to_applicant"
BOTH: Final = "both"
RESTORE: Final = "restore"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The opportunity to open with the customer."""

    name: str
    amount: Decimal

    @classmethod
    def of(cls, data: Mapping[str, Any] | None) -> Wanted | None:
        """From what a form or a decision says; None where none is wanted."""
        if not data or not data.get("name"):
            return None
        return cls(str(data["name"]), Decimal(str(data.get("amount") or 0)))


@transaction.atomic
def promote_lead(
    *, lead_id: int, key: str, by: int | None, wanted: Wanted | None, now: datetime
) -> Customer:
    """Make a customer in talk of a lead, with its contact, the opportunity where one is wanted, and
    its activities. A customer of its owner that is there already is taken instead.

    `key` names this effect: again with the same key gives the same customer. Raises WrongState
    where the lead is a customer by another effect, or a colleague owns the customer by now."""
    _one_after_another()
    lead = lock_lead(lead_id)
    if lead.customer is not None:
        return _same_effect(lead, key)
    customer = known_customer(lead)
    if customer is None:
        customer = _open_customer(lead, by=by, now=now)
    elif is_colleagues(lead, customer):
        raise WrongState(
            _(
                "“%(customer)s” belongs to %(owner)s by now. Ask the owner of the lead for more:"
                " when it is submitted again, the conflict is handled."
            )
            % {
                "customer": customer,
                "owner": organisation().names([customer.owner_id]).get(customer.owner_id, "?"),
            }
        )
    elif customer.stage in ASLEEP:
        customer = restore_customer(customer_id=customer.pk, by=by, now=now)
    _join(lead, customer, key=key, by=by, wanted=wanted, now=now)
    return customer


@transaction.atomic
def merge_lead(
    *, lead_id: int, key: str, ruling: str, by: int | None, reason: str = "", now: datetime
) -> Customer:
    """Make a lead part of the colleague's customer that it is, by the ruling: the owner stays, the
    lead's owner gets it, or both follow; a dormant one comes back and is given to the lead's owner.
    Never a second customer. Where it was merged meanwhile, the one that is left.

    Again with the same key gives the same customer. Raises WrongState where there is no such
    customer any more, or where it isn't dormant."""
    _one_after_another()
    lead = lock_lead(lead_id)
    if lead.customer is not None:
        return _same_effect(lead, key)
    if lead.conflict_with_id is None:
        raise WrongState(
            _("“%(lead)s” isn't in conflict with a customer any more.") % {"lead": lead}
        )
    customer = lock_customer(lead.conflict_with_id)
    if ruling == RESTORE:
        customer = restore_customer(
            customer_id=customer.pk, by=by, remarks=_shortened(reason), now=now
        )
    if ruling in (RESTORE, TO_APPLICANT) and customer.owner_id != lead.owner_id:
        customer = transfer_customer(
            customer_id=customer.pk, to=lead.owner_id, by=by, reason=_shortened(reason), now=now
        )
    if ruling == BOTH and customer.owner_id != lead.owner_id:
        share_customer(customer_id=customer.pk, user=lead.owner_id, by=by)
    _join(lead, customer, key=key, by=by, wanted=None, now=now)
    return customer


def _one_after_another() -> None:
    """Two leads of one firm, approved at the same moment, would else become two customers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [scoped("sales.promotion")])


def _same_effect(lead: Lead, key: str) -> Customer:
    if lead.promotion_key != key or lead.customer is None:
        raise WrongState(
            _("“%(lead)s” has become the customer “%(customer)s” already.")
            % {"lead": lead, "customer": lead.customer}
        )
    return lead.customer


def _open_customer(lead: Lead, *, by: int | None, now: datetime) -> Customer:
    customer = open_customer(
        name=lead.name,
        owner=lead.owner_id,
        by=by,
        now=now,
        tax_id=lead.tax_id,
        phone=lead.phone,
        region=lead.region,
        industry=lead.industry,
        source=lead.source,
    )
    if lead.address:
        label = _("Address")
        Address.objects.create(document=customer, row=1, label=label, address=lead.address)
    return customer


def _join(
    lead: Lead,
    customer: Customer,
    *,
    key: str,
    by: int | None,
    wanted: Wanted | None,
    now: datetime,
) -> None:
    """Contact, opportunity and activities of a locked lead become the customer's."""
    if lead.contact_name:
        open_contact(
            customer=customer,
            name=lead.contact_name,
            position=lead.contact_position,
            mobile=lead.contact_mobile,
            phone=lead.phone,
            by=by,
            now=now,
        )
    opportunity = None
    if wanted is not None:
        opportunity = open_opportunity(
            customer=customer.pk,
            name=wanted.name,
            amount=wanted.amount,
            owner=lead.owner_id,
            by=by,
            now=now,
        )
        link_documents(source=lead.business_key, target=opportunity.business_key, by=by, now=now)
    save_lead(
        lead,
        by=by,
        now=now,
        state=LeadState.CONVERTED,
        customer=customer,
        promotion_key=key,
        conflict_with=None,
        asked_fields=[],
        closed_at=now,
        next_contact_on=None,
    )
    carry_over_activities(
        lead=lead.pk,
        customer=customer.pk,
        opportunity=opportunity.pk if opportunity is not None else None,
    )
    if lead.last_contact_at is not None:
        touch_customer(customer_id=customer.pk, at=lead.last_contact_at)
    link_documents(source=lead.business_key, target=customer.business_key, by=by, now=now)


def _shortened(reason: str) -> str:
    return reason.strip()[:500]
