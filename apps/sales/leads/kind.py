"""Leads as a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.access.rights import rights_of
from apps.core.kinds.declaration import Approval, DetailTab, DocumentKind, Section
from apps.core.kinds.parts import Risk, flags
from apps.core.kinds.registry import register
from apps.sales.customers.invoicing import OLD_TAX_ID, warnings_of_tax_id
from apps.sales.leads import services, states
from apps.sales.leads.commands import ACTIONS, COMMANDS
from apps.sales.leads.evidence import evidence_of
from apps.sales.leads.filters import LeadFilter
from apps.sales.leads.forms import LeadForm
from apps.sales.leads.models import UNDER_REVIEW, Lead, LeadState

OWNED = Risk("owned", _("A colleague's customer"), level="danger")
DUPLICATE = Risk("duplicate", _("Possible duplicate"))


@register
class LeadKind(DocumentKind):
    """Leads."""

    model = Lead
    module = "sales"
    icon = "flame"
    columns = (
        "name",
        "contact_name",
        "contact_mobile",
        "region",
        "budget",
        "next_contact_on",
        "last_contact_at",
        "owner",
        "state",
    )
    more_columns = (
        "industry",
        "source",
        "phone",
        "timing",
        "opportunity_amount",
        "submitted_at",
        "customer",
        "close_reason",
        "question",
        "duplicates",
        "company",
        "department",
        "tax_id",
        "created_at",
        "changed_at",
    )
    badges: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "state": {
            LeadState.NEW: "blue",
            LeadState.FOLLOWING: "blue",
            LeadState.SUBMITTED: "blue",
            LeadState.RETURNED: "yellow",
            LeadState.CONFLICT: "red",
            LeadState.CONVERTED: "green",
            LeadState.INVALID: "secondary",
            LeadState.RECYCLED: "secondary",
        }
    }
    shortcuts = (
        (_("Mine"), "owner={me}"),
        (_("To contact today"), "contact=today"),
        (_("Contact overdue"), "contact=overdue"),
        (_("Under review"), "state=submitted"),
    )
    related = ("owner", "department")
    amount = "budget"
    order = "-changed_at"
    filters = LeadFilter
    search = ("name", "contact_name", "contact_mobile", "phone", "tax_id")
    form_class = LeadForm
    sections = (
        Section(
            _("Lead"),
            ("name", "tax_id", "region", "industry", "source", "address", "company", "customer"),
        ),
        Section(_("Contact"), ("contact_name", "contact_position", "contact_mobile", "phone")),
        Section(_("Need"), ("need", "budget", "timing", "next_contact_on")),
        Section(_("Opportunity"), ("opportunity_name", "opportunity_amount")),
        Section(_("Remarks"), ("remarks",)),
    )

    risk_flags = flags(OWNED, DUPLICATE, OLD_TAX_ID)
    approval = Approval(process="lead_promotion", queue="other")
    own_actions = ACTIONS
    commands = COMMANDS

    def prepare(self, record: Lead, lines: Mapping[str, Sequence[Any]]) -> None:
        services.complete(record)

    def refusal(self, record: Lead, action: str) -> str | None:
        return states.refusal(record, action)

    def problems(self, record: Lead) -> dict[str, list[str]]:
        """A reviewer wants to know whom to call, and what for."""
        wanted = {
            "contact_name": record.contact_name,
            "contact_mobile": record.contact_mobile or record.phone,
            "need": record.need,
        }
        return {name: [_MISSING[name]] for name, value in wanted.items() if not value.strip()}

    def risks(self, record: Lead) -> list[Risk]:
        found = []
        if record.duplicates and record.state in UNDER_REVIEW:
            text = _("%(number)s records agree with it.") % {"number": record.duplicates}
            flag = OWNED if record.conflict_with_id is not None else DUPLICATE
            found.append(flag.because(str(text)))
        return found + warnings_of_tax_id(record.tax_id)

    def handing_over(self, records: Sequence[Lead], *, to: int, by: int) -> None:
        for lead in records:
            services.give_work(lead, to=to, by=by)


_MISSING = {
    "contact_name": _("Whom does one talk to there?"),
    "contact_mobile": _("Give a mobile or phone number."),
    "need": _("What does the firm need?"),
}


@LeadKind.tab("duplicates", label=_("Duplicates"))
class DuplicatesTab(DetailTab):
    """What agrees with the lead, and what the reviewer has asked."""

    template = "sales/lead/_duplicates.html"
    for_approver = True

    def context(self, request: HttpRequest, record: Lead) -> dict[str, Any]:
        rights = rights_of(int(request.user.pk or 0))
        return {"lead": record, "evidence": evidence_of(record, rights)}
