"""Presales support requests as a kind."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.access.actions import Action
from apps.core.kinds.declaration import Approval, DocumentKind, Numbering, Section
from apps.core.kinds.parts import AttachmentCategory
from apps.core.kinds.registry import register
from apps.sales.customers.reach import LOOKING
from apps.sales.presales import rules
from apps.sales.presales.commands import COMMANDS, OWN_ACTIONS
from apps.sales.presales.filters import PresalesFilter
from apps.sales.presales.forms import PresalesForm
from apps.sales.presales.models import PresalesRequest, PresalesState


@register
class PresalesRequestKind(DocumentKind):
    """Presales support requests."""

    model = PresalesRequest
    module = "sales"
    icon = "headset"
    columns = "number subject support customer wanted_at engineer owner state"
    more_columns = """opportunity contact place date submitted_at accepted_at done_at hours
        department"""
    badges = {"state": PresalesState}
    order = "-date"
    filters = PresalesFilter
    search = "number subject customer__name"
    related = "support customer opportunity contact engineer owner department"
    shortcuts = (
        (_("To be assigned"), "state=waiting"),
        (_("Mine"), "owner={me}"),
        (_("Assigned to me"), "engineer={me}"),
    )
    title_field = "subject"
    party_field = "customer"
    form_class = PresalesForm
    sections = (
        Section(_("What is wanted"), "subject support wanted_at place need"),
        Section(_("For whom"), "opportunity customer contact date"),
        Section(_("Work done"), "engineer accepted_at done_at hours result closing_note"),
        Section(_("Remarks"), "remarks"),
    )
    numbering = Numbering("SQ-{date:%Y%m}-{seq:04d}")
    approval = Approval(process="presales_support", queue="work")
    attachments = (AttachmentCategory("solution", _("Solution"), late=True),)
    rules = rules
    own_actions = OWN_ACTIONS
    beyond_scope = LOOKING | {Action.ATTACH}  # its engineer adds the solution
    commands = COMMANDS
