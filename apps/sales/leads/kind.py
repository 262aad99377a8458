"""Leads as a kind."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.access.rights import rights_of
from apps.core.kinds.declaration import Approval, DetailTab, DocumentKind, Section
from apps.core.kinds.registry import register
from apps.sales.leads import rules
from apps.sales.leads.commands import COMMANDS, OWN_ACTIONS
from apps.sales.leads.evidence import evidence_of
from apps.sales.leads.filters import LeadFilter
from apps.sales.leads.forms import LeadForm
from apps.sales.leads.models import Lead, LeadState


@register
class LeadKind(DocumentKind):
    """Leads."""

    model = Lead
    module = "sales"
    icon = "flame"
    columns = """name contact_name contact_mobile region budget next_contact_on last_contact_at
        owner state"""
    more_columns = """industry source phone timing opportunity_amount submitted_at customer
        close_reason question duplicates company department tax_id created_at changed_at"""
    badges = {"state": LeadState}
    shortcuts = (
        (_("Mine"), "owner={me}"),
        (_("To contact today"), "contact=today"),
        (_("Contact overdue"), "contact=overdue"),
        (_("Under review"), "state=submitted"),
    )
    related = "owner department"
    amount = "budget"
    order = "-changed_at"
    filters = LeadFilter
    search = "name contact_name contact_mobile phone tax_id"
    form_class = LeadForm
    sections = (
        Section(_("Lead"), "name tax_id region industry source address company customer"),
        Section(_("Contact"), "contact_name contact_position contact_mobile phone"),
        Section(_("Need"), "need budget timing next_contact_on"),
        Section(_("Opportunity"), "opportunity_name opportunity_amount"),
        Section(_("Remarks"), "remarks"),
    )
    approval = Approval(process="lead_promotion", queue="other")
    rules = rules
    risk_flags = rules.RISK_FLAGS
    own_actions = OWN_ACTIONS
    commands = COMMANDS


@LeadKind.tab("duplicates", label=_("Duplicates"))
class DuplicatesTab(DetailTab):
    """What agrees with the lead, and what the reviewer has asked."""

    template = "sales/lead/_duplicates.html"
    for_approver = True

    def context(self, request: HttpRequest, record: Lead) -> dict[str, Any]:
        rights = rights_of(int(request.user.pk or 0))
        return {"lead": record, "evidence": evidence_of(record, rights)}
