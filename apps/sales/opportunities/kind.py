"""Opportunities as a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds.declaration import DocumentKind, Lines, Section
from apps.core.kinds.parts import PushDown
from apps.core.kinds.registry import register
from apps.sales.customers.reach import LOOKING
from apps.sales.opportunities import services
from apps.sales.opportunities.commands import COMMANDS, OWN_ACTIONS
from apps.sales.opportunities.filters import OpportunityFilter
from apps.sales.opportunities.forms import (
    CompetitorForm,
    OpportunityForm,
    OpportunityProductForm,
)
from apps.sales.opportunities.models import Competitor, Opportunity, OpportunityProduct

BADGES: Final = {"state": {"open": "blue", "won": "green", "lost": "secondary"}}


@register
class OpportunityKind(DocumentKind):
    """Opportunities."""

    model = Opportunity
    module = "sales"
    icon = "target-arrow"
    columns = (
        "name",
        "customer",
        "stage",
        "amount",
        "chance",
        "expected_on",
        "days_in_stage",
        "owner",
        "state",
    )
    more_columns = (
        "weighted",
        "contact",
        "source",
        "department",
        "furthest",
        "stage_since",
        "created_at",
        "closed_at",
        "win_reason",
        "loss_reason",
        "lost_to",
        "changed_at",
    )
    badges = BADGES
    shortcuts = (
        (pgettext_lazy("opportunities", "Open"), "state=open"),
        (_("Mine"), "state=open&owner={me}"),
        (_("Overdue"), "overdue=true"),
    )
    looks = ((_("Board"), "sales:board"), (_("Funnel"), "sales:funnel"))
    amount = "amount"
    order = "-changed_at"
    filters = OpportunityFilter
    search = ("name", "customer__name", "customer__short_name")
    related = ("customer", "owner", "department", "stage")
    form_class = OpportunityForm
    sections = (
        Section(
            _("Opportunity"),
            (
                "name",
                "customer",
                "contact",
                "stage",
                "chance",
                "amount",
                "win_rate",
                "weighted",
                "expected_on",
                "source",
            ),
        ),
        Section(
            _("Outcome"),
            ("closed_at", "win_reason", "loss_reason", "lost_to", "closing_note"),
        ),
        Section(_("Remarks"), ("remarks",)),
    )
    lines = (
        Lines(
            OpportunityProduct,
            OpportunityProductForm,
            "products",
            _("Products"),
            ("product", "quantity", "price", "amount"),
            ("amount",),
        ),
        Lines(Competitor, CompetitorForm, "competitors", _("Competitors")),
    )

    push_down = (PushDown("contracts.salescontract"), PushDown("sales.presalesrequest"))
    own_actions = OWN_ACTIONS
    beyond_scope = LOOKING | {Action.CHANGE, Action.ATTACH, *OWN_ACTIONS}
    commands = COMMANDS

    def prepare(self, record: Opportunity, lines: Mapping[str, Sequence[Any]]) -> None:
        services.work_out(record, lines.get("products", ()))

    def saved(
        self, record: Opportunity, before: Opportunity | None, rights: Rights, now: datetime
    ) -> None:
        services.note_saved(record, before, by=rights.user, now=now)

    def party(self, record: Opportunity) -> str:
        return record.customer.name
