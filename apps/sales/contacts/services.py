"""Writes of contacts that belong to no form."""

from __future__ import annotations

from apps.sales.contacts.models import Contact


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
