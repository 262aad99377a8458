"""The models of sales, from its packages."""

from __future__ import annotations

from apps.sales.activities.models import ActivityComment, ActivityState, Review, SalesActivity
from apps.sales.companies.models import CompanyClaim, CompanyState, TargetCompany
from apps.sales.contacts.models import Calendar, Contact
from apps.sales.customers.models import (
    Address,
    Collaborator,
    Customer,
    CustomerStage,
    CustomerStageChange,
)
from apps.sales.leads.models import Lead, LeadState
from apps.sales.opportunities.models import (
    Competitor,
    Opportunity,
    OpportunityProduct,
    OpportunityStage,
    OpportunityState,
    StageChange,
    StageEvent,
)
from apps.sales.presales.models import PresalesRefusal, PresalesRequest, PresalesState
from apps.sales.pricing.models import POLICIES, Basis, PricePolicy
from apps.sales.team.models import MeasureCode, SalesTarget

__all__ = [
    "POLICIES",
    "ActivityComment",
    "ActivityState",
    "Address",
    "Basis",
    "Calendar",
    "Collaborator",
    "CompanyClaim",
    "CompanyState",
    "Competitor",
    "Contact",
    "Customer",
    "CustomerStage",
    "CustomerStageChange",
    "Lead",
    "LeadState",
    "MeasureCode",
    "Opportunity",
    "OpportunityProduct",
    "OpportunityStage",
    "OpportunityState",
    "PresalesRefusal",
    "PresalesRequest",
    "PresalesState",
    "PricePolicy",
    "Review",
    "SalesActivity",
    "SalesTarget",
    "StageChange",
    "StageEvent",
    "TargetCompany",
]
