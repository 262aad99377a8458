"""Sales activities as a kind."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.approval.settings.texts import offer_texts
from apps.core.kinds.declaration import Approval, DocumentKind, Section
from apps.core.kinds.registry import register
from apps.core.parameters.models import DictionaryEntry
from apps.sales.activities import rules
from apps.sales.activities.commands import COMMANDS, OWN_ACTIONS
from apps.sales.activities.filters import ActivityFilter
from apps.sales.activities.forms import ActivityForm
from apps.sales.activities.models import ActivityState, Review, SalesActivity
from apps.sales.customers.reach import LOOKING


def _kinds() -> dict[str, str]:
    """Also those that aren't offered any more: some activities are of them still."""
    entries = DictionaryEntry.objects.filter(dictionary="activity_kind")
    return dict(entries.values_list("code", "name"))


offer_texts("activity_matrix", "kind", _kinds)


@register
class SalesActivityKind(DocumentKind):
    """Sales activities."""

    model = SalesActivity
    module = "sales"
    icon = "calendar-event"
    columns = "subject kind planned_at party owner state"
    more_columns = """company lead customer opportunity contact ends_at place done_at outcome
        next_step review cancel_reason department created_at"""
    badges = {"state": ActivityState, "review": Review}
    order = "-planned_at"
    large = True
    filters = ActivityFilter
    search = "subject company__name lead__name customer__name contact__name"
    related = "kind company lead customer opportunity contact owner department"
    shortcuts = (
        (_("Today"), "due=today"),
        (_("Overdue"), "due=overdue"),
        (_("Within 7 days"), "due=week"),
        (_("Mine"), "owner={me}"),
    )
    form_class = ActivityForm
    sections = (
        Section(_("Activity"), "kind subject planned_at ends_at place"),
        Section(_("About"), "company lead customer opportunity contact"),
        Section(_("Result"), "done_at outcome next_step cancel_reason"),
        Section(_("Remarks"), "remarks"),
    )
    approval = Approval(process="activity_approval", queue="activities")
    rules = rules
    own_actions = OWN_ACTIONS
    beyond_scope = LOOKING | {*OWN_ACTIONS}
    commands = COMMANDS
