"""The yellow pages as a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds.declaration import DetailTab, DocumentKind, Section
from apps.core.kinds.registry import register
from apps.sales.companies.commands import COMMANDS
from apps.sales.companies.entering import complete, errors_of_many, require_new
from apps.sales.companies.filters import CompanyFilter
from apps.sales.companies.forms import CompanyForm
from apps.sales.companies.models import HELD, CompanyState, TargetCompany
from apps.sales.companies.promotion import ASSIGN
from apps.sales.companies.services.claiming import CLAIM
from apps.sales.companies.services.keeping import follow_owner
from apps.sales.companies.services.moving import end_recycling, refused, said_of_state
from engine.exceptions import NotFound

FOR_ALL: Final = frozenset(map(str, (Action.VIEW, Action.PRINT, CLAIM, ASSIGN)))
"""What is done with unclaimed companies by whoever is granted it, in whatever scope."""
OVER: Final = (CompanyState.PROMOTED, CompanyState.VOID)
"""States in which nobody works on a company any more."""


def in_scope(rights: Rights, company: TargetCompany) -> bool:
    """Whether a company lies in somebody's data scope, claimed or not."""
    rows = TargetCompany.objects.filter(rights.within("sales.targetcompany"))
    return rows.filter(pk=company.pk).exists()


@register
class TargetCompanyKind(DocumentKind):
    """Companies of the yellow pages: everyone's until somebody claims them."""

    model = TargetCompany
    module = "sales"
    icon = "book"
    columns = (
        "name",
        "contact_name",
        "phone",
        "region",
        "industry",
        "holder",
        "claimed_at",
        "last_contact_at",
        "state",
    )
    more_columns = (
        "source",
        "batch",
        "contact_position",
        "tax_id",
        "address",
        "website",
        "recycle_at",
        "promoted_at",
        "void_reason",
        "department",
        "created_at",
        "changed_at",
    )
    order = "-changed_at"
    large = True
    related = ("owner",)
    filters = CompanyFilter
    search = ("name", "contact_name", "phone", "tax_id")
    shortcuts = (
        (_("To be claimed"), "state=unclaimed"),
        (_("Claimed by me"), "state=claimed&owner={me}"),
        (_("Going back soon"), "silent=due"),
    )
    form_class = CompanyForm
    sections = (
        Section(_("Company"), ("name", "tax_id", "region", "industry", "source", "batch")),
        Section(
            _("Claims"),
            ("holder", "claimed_at", "last_contact_at", "recycle_at", "void_reason"),
        ),
        Section(
            _("Reached by"), ("contact_name", "contact_position", "phone", "address", "website")
        ),
        Section(_("Remarks"), ("remarks",)),
    )
    own_actions = {
        "claim": pgettext_lazy("right", "Claim"),
        "promote": pgettext_lazy("right", "Promote"),
        "release": pgettext_lazy("right", "Release"),
        "assign": pgettext_lazy("right", "Assign"),
        "discard": pgettext_lazy("right", "Make void"),
    }
    commands = COMMANDS
    badges = {
        "state": {
            CompanyState.UNCLAIMED: "secondary",
            CompanyState.CLAIMED: "blue",
            CompanyState.PROMOTED: "green",
            CompanyState.VOID: "secondary",
        }
    }
    copies = False
    many_at_once = True

    def allowed(self, rights: Rights, action: str, record: Any = None) -> bool:
        """Everyone sees what nobody has claimed, and may claim it; what else is done with it is for
        those in whose scope it lies."""
        if not super().allowed(rights, action, record):
            return False
        free = record is not None and record.state == CompanyState.UNCLAIMED
        return not free or action in FOR_ALL or record.pk is None or in_scope(rights, record)

    def abilities(self, rights: Rights, record: Any) -> frozenset[str]:
        can = super().abilities(rights, record)
        if record.state == CompanyState.UNCLAIMED and not in_scope(rights, record):
            return can & FOR_ALL
        return can

    def find(self, rights: Rights, pk: int, **reading: Any) -> Any:
        """Whoever may claim is told who was faster, instead of that there is nothing."""
        try:
            return super().find(rights, pk, **reading)
        except NotFound:
            lost = TargetCompany.objects.filter(pk=pk, state__in=HELD).first()
            if lost is None or not rights.may(self.key, CLAIM):
                raise
            raise refused(lost) from None

    def refusal(self, record: TargetCompany, action: str) -> str | None:
        if action in (Action.CHANGE, Action.DELETE) and record.state in OVER:
            return said_of_state(record)
        return super().refusal(record, action)

    def handing_over(self, records: Sequence[TargetCompany], *, to: int, by: int) -> None:
        for record in records:
            end_recycling(record.pk, by=by)

    def given(self, records: Sequence[TargetCompany], before: Mapping[int, int]) -> None:
        follow_owner(records, now=timezone.now())

    def prepare(self, record: TargetCompany, lines: Mapping[str, Sequence[Any]]) -> None:
        complete(record)
        require_new(record)

    def prepare_many(self, records: Sequence[TargetCompany]) -> list[dict[str, list[str]]]:
        for record in records:
            complete(record)
        return errors_of_many(records)


@TargetCompanyKind.tab("claims", label=_("Claims"))
class ClaimsTab(DetailTab):
    """Who has had it, from when to when, and how that ended."""

    template = "sales/targetcompany/_claims.html"

    def context(self, request: HttpRequest, record: TargetCompany) -> dict[str, Any]:
        return {"claims": record.claims.select_related("user", "assigned_by")}
