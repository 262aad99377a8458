"""Opportunities as a kind."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.kinds.declaration import DocumentKind, Lines, Section
from apps.core.kinds.parts import PushDown
from apps.core.kinds.registry import register
from apps.sales.customers.reach import SHARED
from apps.sales.opportunities import rules
from apps.sales.opportunities.commands import COMMANDS, OWN_ACTIONS
from apps.sales.opportunities.filters import OpportunityFilter
from apps.sales.opportunities.forms import CompetitorForm, OpportunityForm, OpportunityProductForm
from apps.sales.opportunities.models import (
    Competitor,
    Opportunity,
    OpportunityProduct,
    OpportunityState,
)


@register
class OpportunityKind(DocumentKind):
    """Opportunities."""

    model = Opportunity
    module = "sales"
    icon = "target-arrow"
    columns = "name customer stage amount chance expected_on days_in_stage owner state"
    more_columns = """weighted contact source department furthest stage_since created_at closed_at
        win_reason loss_reason lost_to changed_at"""
    badges = {"state": OpportunityState}
    shortcuts = (
        (pgettext_lazy("opportunities", "Open"), "state=open"),
        (_("Mine"), "state=open&owner={me}"),
        (_("Overdue"), "overdue=true"),
    )
    looks = ((_("Board"), "sales:board"), (_("Funnel"), "sales:funnel"))
    amount = "amount"
    order = "-changed_at"
    filters = OpportunityFilter
    search = "name customer__name customer__short_name"
    related = "customer owner department stage"
    party_field = "customer"
    form_class = OpportunityForm
    sections = (
        Section(
            _("Opportunity"),
            "name customer contact stage chance amount win_rate weighted expected_on source",
        ),
        Section(_("Outcome"), "closed_at win_reason loss_reason lost_to closing_note"),
        Section(_("Remarks"), "remarks"),
    )
    lines = (
        Lines(
            OpportunityProduct,
            OpportunityProductForm,
            "products",
            _("Products"),
            columns="product quantity price amount",
            computed="amount",
        ),
        Lines(Competitor, CompetitorForm, "competitors", _("Competitors")),
    )
    push_down = (PushDown("contracts.salescontract"), PushDown("sales.presalesrequest"))
    rules = rules
    own_actions = OWN_ACTIONS
    beyond_scope = SHARED | {*OWN_ACTIONS}
    commands = COMMANDS
