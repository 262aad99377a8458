"""Customers by their ids, also by those that were merged into another."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.core.kinds import merging
from apps.sales.customers.models import Customer
from engine.exceptions import NotFound


def survivor_of(customer_id: int) -> int:
    """The id of the customer that this one was merged into; its own where it wasn't."""
    return merging.survivor_of(Customer, customer_id)


def lock_customer(customer_id: int) -> Customer:
    """The customer, locked; the survivor where it was merged. Raises NotFound."""
    customer = Customer.objects.select_for_update(of=("self",)).filter(pk=customer_id).first()
    if customer is None:
        raise NotFound(_("There is no customer %(pk)s.") % {"pk": customer_id})
    if customer.merged_into_id is not None:
        return lock_customer(customer.merged_into_id)
    return customer
