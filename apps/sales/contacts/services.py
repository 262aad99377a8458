"""Writes of contacts that belong to no form."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.core.kinds.registry import kind_of
from apps.core.kinds.search import make_searchable
from apps.core.kinds.uniqueness import told_if_taken
from apps.core.phones import e164
from apps.sales.contacts.models import Contact
from apps.sales.customers.models import Customer


def make_primary(contact: Contact) -> None:
    """A customer has one primary contact: the first one that is entered, until another is named.
    Called before the contact is saved."""
    others = Contact.objects.filter(customer=contact.customer_id, primary=True)
    if contact.pk:
        others = others.exclude(pk=contact.pk)
    if contact.primary:
        others.update(primary=False)
    elif not others.exists():
        contact.primary = True


@transaction.atomic
def open_contact(
    *,
    customer: Customer,
    name: str,
    position: str = "",
    mobile: str = "",
    phone: str = "",
    by: int | None = None,
    now: datetime | None = None,
) -> Contact:
    """A contact of a customer, whose owner has it; for what decides by itself that there is one,
    such as a promotion. Somebody of that name or mobile who is there already is taken instead."""
    moment, mobile_e164 = now or timezone.now(), e164(mobile)
    known = Contact.objects.filter(customer=customer)
    same = Q(name=name)
    if mobile_e164:  # of two people of one name each has a mobile of their own
        same = Q(name=name, mobile_e164="") | Q(mobile_e164=mobile_e164)
    found = known.filter(same).first()
    if found is not None:
        return found
    contact = Contact(
        customer=customer,
        name=name,
        position=position,
        mobile=mobile,
        phone=phone,
        owner_id=customer.owner_id,
        department_id=customer.department_id,
        created_by_id=by,
        created_at=moment,
        changed_by_id=by,
        changed_at=moment,
        version=1,
    )
    kind = kind_of(contact)
    kind.prepare(contact, {})
    make_searchable(contact, kind.search)
    with told_if_taken():
        contact.save()
    return contact
