"""What requests for presales support mean to customers and opportunities: tabs of their pages, what
is open with a customer, and what goes along with one."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.kinds.related import RelatedTab
from apps.sales.customers.belongings import Belonging, belongings
from apps.sales.customers.blockers import MOST, Blocker, blockers
from apps.sales.customers.kind import CustomerKind
from apps.sales.opportunities.kind import OpportunityKind
from apps.sales.presales.models import UNDER_WAY, PresalesRequest, PresalesState

REQUEST = "sales.presalesrequest"


class RequestsTab(RelatedTab):
    """Requests, the newest first."""

    position = 25
    of = REQUEST
    columns = ("number", "subject", "support", "wanted_at", "engineer", "owner", "state")
    why = _("Ask for a demonstration, a plan or a visit: who comes, and when, will stand here.")


@CustomerKind.tab("presales", label=_("Presales support"))
class RequestsOfCustomer(RequestsTab):
    """For a customer, about whatever opportunity."""

    by = "customer"


@OpportunityKind.tab("presales", label=_("Presales support"))
class RequestsOfOpportunity(RequestsTab):
    """About an opportunity."""

    by = "opportunity"


def find_under_way(customer_id: int) -> Sequence[Blocker]:
    """The requests for a customer that somebody is at, whoever owns them."""
    rows = PresalesRequest.objects.filter(customer=customer_id, state__in=UNDER_WAY).order_by("pk")
    return [
        Blocker(pgettext_lazy("open", "presales request"), f"{row} {row.subject}", row.business_key)
        for row in rows.only("pk", "number", "subject")[:MOST]
    ]


blockers.add(REQUEST, find_under_way)
belongings.add(
    REQUEST,
    Belonging(
        label=_("Open presales requests"),
        find=lambda customers: PresalesRequest.objects.filter(
            customer__in=customers, state__in=(PresalesState.DRAFT, *UNDER_WAY)
        ),
    ),
)
