"""The yellow pages as a kind."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.kinds.declaration import DetailTab, DocumentKind, Section
from apps.core.kinds.registry import register
from apps.sales.companies import rules
from apps.sales.companies.commands import COMMANDS, FOR_ALL, OWN_ACTIONS
from apps.sales.companies.filters import CompanyFilter
from apps.sales.companies.forms import CompanyForm
from apps.sales.companies.models import CompanyState, TargetCompany


@register
class TargetCompanyKind(DocumentKind):
    """Companies of the yellow pages: everyone's until somebody claims them."""

    model = TargetCompany
    module = "sales"
    icon = "book"
    columns = "name contact_name phone region industry holder claimed_at last_contact_at state"
    more_columns = """source batch contact_position tax_id address website recycle_at promoted_at
        void_reason department created_at changed_at"""
    badges = {"state": CompanyState}
    order = "-changed_at"
    large = True
    related = "owner"
    filters = CompanyFilter
    search = "name contact_name phone tax_id"
    shortcuts = (
        (_("To be claimed"), "state=unclaimed"),
        (_("Claimed by me"), "state=claimed&owner={me}"),
        (_("Going back soon"), "silent=due"),
    )
    form_class = CompanyForm
    sections = (
        Section(_("Company"), "name tax_id region industry source batch"),
        Section(_("Claims"), "holder claimed_at last_contact_at recycle_at void_reason"),
        Section(_("Reached by"), "contact_name contact_position phone address website"),
        Section(_("Remarks"), "remarks"),
    )
    rules = rules
    own_actions = OWN_ACTIONS
    beyond_scope = FOR_ALL
    commands = COMMANDS
    copies = False
    many_at_once = True


@TargetCompanyKind.tab("claims", label=_("Claims"))
class ClaimsTab(DetailTab):
    """Who has had it, from when to when, and how that ended."""

    template = "sales/targetcompany/_claims.html"

    def context(self, request: HttpRequest, record: TargetCompany) -> dict[str, Any]:
        return {"claims": record.claims.select_related("user", "assigned_by")}
