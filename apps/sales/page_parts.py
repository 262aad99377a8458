"""The page of a customer: what every package of sales shows of it, and on its first tab."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.access.rights import Rights, rights_of
from apps.core.kinds.columns import money
from apps.core.kinds.declaration import DetailTab, DocumentKind
from apps.core.kinds.extras import PagePart, page_part
from apps.core.kinds.registry import kind_of
from apps.core.kinds.related import RelatedTab
from apps.sales.activities import upcoming  # noqa: F401  (enters itself)
from apps.sales.customers.belongings import Belonging, belongings
from apps.sales.customers.kind import CustomerKind
from apps.sales.customers.models import Customer
from apps.sales.customers.overview import (
    Figure,
    Shortlist,
    figures,
    figures_of,
    shortlists,
    shortlists_of,
)
from apps.sales.customers.story import story_of
from apps.sales.kinds import ContactKind, LeadKind, OpportunityKind, SalesActivityKind
from apps.sales.opportunities import customers, tabs  # noqa: F401  (enter themselves)

CUSTOMER, CONTACT = "sales.customer", "sales.contact"
OPPORTUNITIES, ACTIVITIES = kind_of(OpportunityKind.model), kind_of(SalesActivityKind.model)
RECENT = timedelta(days=30)
"""What was planned for earlier and not done isn't next any more."""


class CustomerPart(PagePart):
    """A part of the first tab of a customer's page."""

    def shown(self, kind: DocumentKind, record: Any, rights: Rights) -> bool:
        return kind.key == CUSTOMER


@page_part("customer_figures", label=gettext_lazy("Key figures"), position=1)
class FiguresPart(CustomerPart):
    """Key figures."""

    template = "sales/customer/_figures.html"

    def context(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {"figures": figures_of(record, rights_of(int(request.user.pk or 0)))}


@page_part("customer_shortlists", label=gettext_lazy("What matters now"), position=1)
class ShortlistsPart(CustomerPart):
    """Next activities, open opportunities, contacts …"""

    template = "sales/customer/_shortlists.html"
    place = "side"

    def context(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {"shortlists": shortlists_of(record, rights_of(int(request.user.pk or 0)))}


@CustomerKind.tab("contacts", label=gettext_lazy("Contacts"))
class ContactsTab(RelatedTab):
    """The people there."""

    position = 10
    of, by = ContactKind.model._meta.label_lower, "customer"
    columns = ("name", "role", "position", "mobile", "phone", "email", "primary", "next_birthday")
    order = ("-primary", "name", "pk")
    why = gettext_lazy(
        "Note whom one talks to there, with a number: calls find the customer by it."
    )


@CustomerKind.tab("activities", label=gettext_lazy("Activities"))
class ActivitiesTab(RelatedTab):
    """What was done, and what is planned."""

    position = 15
    of, by = SalesActivityKind.model._meta.label_lower, "customer"
    columns = ("subject", "kind", "planned_at", "state", "outcome", "next_step", "owner")
    order = ("-planned_at", "-pk")
    why = gettext_lazy("Plan the first call or visit: what came of it will stand here.")


@CustomerKind.tab("opportunities", label=gettext_lazy("Opportunities"))
class OpportunitiesTab(RelatedTab):
    """What may be sold."""

    position = 20
    of, by = OpportunityKind.model._meta.label_lower, "customer"
    columns = ("name", "stage", "amount", "chance", "expected_on", "state", "owner")
    why = gettext_lazy(
        "Begin one when the customer needs something: its amount counts in the funnel."
    )


@CustomerKind.tab("leads", label=gettext_lazy("Leads"))
class LeadsTab(RelatedTab):
    """Which leads it came from."""

    position = 40
    of, by = LeadKind.model._meta.label_lower, "customer"
    columns = ("name", "contact_name", "need", "state", "created_at", "owner")
    adds = False
    why = gettext_lazy("Leads that are promoted to this customer appear here.")


@CustomerKind.tab("story", label=gettext_lazy("Stages and owners"))
class StoryTab(DetailTab):
    """How it came to be where it is."""

    position = 45
    template = "sales/customer/_story.html"

    def context(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {"episodes": story_of(record)}


def _opportunity_figures(customer: Customer, rights: Rights) -> list[Figure]:
    rows = OPPORTUNITIES.queryset(rights).filter(customer=customer.pk, state="open")
    found = rows.order_by().aggregate(count=Count("pk"), amount=Sum("amount"))
    said = _("%(count)s open") % {"count": found["count"]}
    amount = money(found["amount"] or Decimal(0))
    return [Figure(_("Opportunities"), amount, said, "?tab=opportunities")]


figures.add(OPPORTUNITIES.key, _opportunity_figures)
shortlists.add(
    "activities",
    Shortlist(
        label=gettext_lazy("Next activities"),
        kind=SalesActivityKind.model._meta.label_lower,
        find=lambda rows, customer: rows.filter(
            customer=customer.pk,
            state="planned",
            planned_at__gte=timezone.now() - RECENT,
        ).order_by("planned_at", "pk"),
        beside=("planned_at", "kind"),
        tab="activities",
        position=10,
    ),
)
shortlists.add(
    "opportunities",
    Shortlist(
        label=gettext_lazy("Open opportunities"),
        kind=OpportunityKind.model._meta.label_lower,
        find=lambda rows, customer: rows.filter(customer=customer.pk, state="open").order_by(
            "-amount", "pk"
        ),
        beside=("amount", "stage"),
        tab="opportunities",
        position=20,
    ),
)
shortlists.add(
    "contacts",
    Shortlist(
        label=gettext_lazy("Contacts"),
        kind=CONTACT,
        find=lambda rows, customer: rows.filter(customer=customer.pk).order_by(
            "-primary", "-changed_at", "pk"
        ),
        beside=("position", "mobile"),
        tab="contacts",
        position=30,
    ),
)


# What goes along when a customer gets another owner.
belongings.add(
    OPPORTUNITIES.key,
    Belonging(
        label=gettext_lazy("Open opportunities"),
        find=lambda those: OPPORTUNITIES.model._default_manager.filter(
            customer__in=those, state="open"
        ),
    ),
)
belongings.add(
    ACTIVITIES.key,
    Belonging(
        label=gettext_lazy("Planned activities"),
        find=lambda those: ACTIVITIES.model._default_manager.filter(
            customer__in=those, state="planned"
        ),
    ),
)
