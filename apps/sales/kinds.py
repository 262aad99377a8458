"""The kinds of sales, from its packages."""

from __future__ import annotations

from apps.sales.activities import tabs as activity_tabs
from apps.sales.activities.kind import SalesActivityKind
from apps.sales.companies.kind import TargetCompanyKind
from apps.sales.contacts.kind import ContactKind
from apps.sales.customers.kind import CustomerKind
from apps.sales.leads.kind import LeadKind
from apps.sales.opportunities.kind import OpportunityKind
from apps.sales.presales import leaving as presales_leaving
from apps.sales.presales import pages as presales_pages
from apps.sales.presales.kind import PresalesRequestKind
from apps.sales.pricing.kind import PricePolicyKind
from apps.sales.team.kind import SalesTargetKind

__all__ = [
    "ContactKind",
    "CustomerKind",
    "LeadKind",
    "OpportunityKind",
    "PresalesRequestKind",
    "PricePolicyKind",
    "SalesActivityKind",
    "SalesTargetKind",
    "TargetCompanyKind",
    "activity_tabs",
    "presales_leaving",
    "presales_pages",
]
