"""What contracts are made from."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from apps.contracts.models import SalesContract, SalesContractLine
from apps.core.kinds.following import take_over
from apps.core.links.push_down import Made, push_down
from apps.sales.customers.choosing import numbers_of
from apps.sales.customers.invoicing import invoicing_of
from apps.sales.models import Basis, Opportunity, OpportunityState


def _is_lost(opportunity: Opportunity) -> str:
    """Why it has no contract; "" where it can have one."""
    if opportunity.state != OpportunityState.LOST:
        return ""
    return _("“%(name)s” is lost: reopen it before you make its contract.") % {"name": opportunity}


@push_down("sales.opportunity", "contracts.salescontract", refusal=_is_lost, chosen=True)
def contract_of(opportunity: Opportunity) -> Made:
    """Name, customer and contact with what these bring along, and the products at the prices
    that were spoken of."""
    contract = SalesContract(
        name=opportunity.name,
        customer=opportunity.customer,
        contact=opportunity.contact,
        opportunity=opportunity,
    )
    take_over(contract, "customer", invoicing_of)
    take_over(contract, "contact", numbers_of)
    return contract, {"lines": list(_lines(opportunity)), "instalments": []}


def _lines(opportunity: Opportunity) -> Iterator[SalesContractLine]:
    for wanted in opportunity.products.select_related("product"):
        line = SalesContractLine(product=wanted.product, quantity=wanted.quantity)
        if wanted.price is not None and wanted.price != wanted.product.standard_price:
            line.offer, line.basis = wanted.price, Basis.TYPED
        line.rate = Decimal(100)
        yield line
