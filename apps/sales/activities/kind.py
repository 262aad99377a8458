"""Sales activities as a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds.declaration import Approval, DocumentKind, Section
from apps.core.kinds.registry import register
from apps.sales.activities import services
from apps.sales.activities.approving import follow_up, review_refusal
from apps.sales.activities.commands import COMMANDS
from apps.sales.activities.filters import ActivityFilter
from apps.sales.activities.forms import ActivityForm
from apps.sales.activities.models import ActivityState, Review, SalesActivity
from apps.sales.activities.reach import set_next_contact
from apps.sales.customers.reach import LOOKING


@register
class SalesActivityKind(DocumentKind):
    """Sales activities."""

    model = SalesActivity
    module = "sales"
    icon = "calendar-event"
    columns = ("subject", "kind", "planned_at", "party", "owner", "state")
    more_columns = (
        "company",
        "lead",
        "customer",
        "opportunity",
        "contact",
        "ends_at",
        "place",
        "done_at",
        "outcome",
        "next_step",
        "review",
        "cancel_reason",
        "department",
        "created_at",
    )
    badges = {
        "state": {
            ActivityState.PLANNED: "blue",
            ActivityState.DONE: "green",
            ActivityState.CANCELLED: "secondary",
        },
        "review": {
            Review.WAITING: "blue",
            Review.RETURNED: "yellow",
            Review.REJECTED: "red",
            Review.APPROVED: "green",
        },
    }
    order = "-planned_at"
    large = True
    filters = ActivityFilter
    search = ("subject", "company__name", "lead__name", "customer__name", "contact__name")
    related = (
        "kind",
        "company",
        "lead",
        "customer",
        "opportunity",
        "contact",
        "owner",
        "department",
    )
    shortcuts = (
        (_("Today"), "due=today"),
        (_("Overdue"), "due=overdue"),
        (_("Within 7 days"), "due=week"),
        (_("Mine"), "owner={me}"),
    )
    form_class = ActivityForm
    approval = Approval(process="activity_approval", queue="activities")
    own_actions = {"comment": pgettext_lazy("right", "Comment")}
    beyond_scope = LOOKING | {"comment"}
    commands = COMMANDS
    sections = (
        Section(_("Activity"), ("kind", "subject", "planned_at", "ends_at", "place")),
        Section(_("About"), ("company", "lead", "customer", "opportunity", "contact")),
        Section(_("Result"), ("done_at", "outcome", "next_step", "cancel_reason")),
        Section(_("Remarks"), ("remarks",)),
    )

    def prepare(self, record: SalesActivity, lines: Mapping[str, Sequence[Any]]) -> None:
        services.complete(record)

    def refusal(self, record: SalesActivity, action: str) -> str | None:
        if action == Action.CHANGE and not review_refusal(record):
            return None  # what came of it may be put right as long as nobody approves it
        if action in (Action.CHANGE, Action.DELETE):
            return services.refusal(record) or None
        if action == Action.SUBMIT:
            return review_refusal(record) or None
        return super().refusal(record, action)

    def facts(self, record: SalesActivity) -> dict[str, Any]:
        return {"kind": record.kind.code, "department": record.department.name}

    def problems(self, record: SalesActivity) -> dict[str, list[str]]:
        return {} if record.outcome.strip() else {"outcome": [_now("Say what came of it.")]}

    def saved(self, record: SalesActivity, before: Any, rights: Rights, now: datetime) -> None:
        if before is None and record.state == ActivityState.DONE:
            follow_up(record, by=rights.user, now=now)
        else:
            set_next_contact(record.lead_id, now=now)

    def party(self, record: SalesActivity) -> str:
        return str(record.customer or record.lead or record.company or "")
