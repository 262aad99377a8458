"""What follows opportunities within sales."""

from __future__ import annotations

from apps.core.links.push_down import Made, push_down
from apps.sales.models import Opportunity, PresalesRequest
from apps.sales.opportunities.commands import is_closed


@push_down("sales.opportunity", "sales.presalesrequest", refusal=is_closed)
def request_of(opportunity: Opportunity) -> Made:
    """Subject, customer and contact; what is needed and when, whoever asks for it says."""
    request = PresalesRequest(
        subject=opportunity.name,
        opportunity=opportunity,
        customer=opportunity.customer,
        contact=opportunity.contact,
    )
    return request, {}
