"""The kinds of contracts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.contracts import checks, services
from apps.contracts.filters import SalesContractFilter
from apps.contracts.forms import InstalmentForm, SalesContractForm, SalesContractLineForm
from apps.contracts.models import Instalment, SalesContract, SalesContractLine
from apps.contracts.page import LINE_COLUMNS, LINE_COMPUTED, MORE_COLUMNS, SECTIONS, TOTALS
from apps.contracts.terms import work_out
from apps.core.approval.settings.texts import name_texts
from apps.core.kinds.amending import AMEND
from apps.core.kinds.declaration import Approval, DocumentKind, Lines, Numbering
from apps.core.kinds.parts import AttachmentCategory, Risk
from apps.core.kinds.registry import register
from apps.sales.customers.reach import LOOKING
from apps.sales.customers.services import unwin_customer, win_customer
from engine.operations import Context

name_texts(
    {
        "sales_contract": _("Sales contract"),
        "service_contract": _("Service contract"),
        "purchase_contract": _("Purchase contract"),
    }
)


@register
class SalesContractKind(DocumentKind):
    """Sales contracts."""

    model = SalesContract
    module = "contracts"
    icon = "file-text"
    columns = (
        "number",
        "name",
        "customer",
        "gross",
        "amendment",
        "state",
        "date",
        "ends_on",
        "owner",
    )
    more_columns = MORE_COLUMNS
    costs = ("cost", "margin", "cost_price")
    amount = "gross"
    order = "-date"
    beyond_scope = LOOKING
    filters = SalesContractFilter
    search = ("number", "name", "customer__name", "customer__short_name", "their_number")
    related = ("customer", "owner", "department")
    form_class = SalesContractForm
    sections = SECTIONS
    totals = TOTALS
    lines = (
        Lines(
            SalesContractLine,
            SalesContractLineForm,
            "lines",
            _("Products"),
            LINE_COLUMNS,
            LINE_COMPUTED,
            1,
        ),
        Lines(Instalment, InstalmentForm, "instalments", _("Payment schedule")),
    )
    numbering = Numbering("XS-{date:%Y%m}-{seq:04d}")
    approval = Approval(process="contract_approval", queue="contracts")
    attachments = (
        AttachmentCategory("contract", _("Contract"), late=True),  # the signed copy comes later
        AttachmentCategory("quotation", _("Quotation")),
    )

    commands = {"amend": AMEND}
    risk_flags = checks.RISK_FLAGS

    def prepare(self, record: SalesContract, lines: Mapping[str, Sequence[Any]]) -> None:
        work_out(record, lines.get("lines", ()), lines.get("instalments", ()))

    def problems(self, record: SalesContract) -> dict[str, list[str]]:
        return checks.problems(record)

    def facts(self, record: SalesContract) -> dict[str, Any]:
        return services.facts(record)

    def risks(self, record: SalesContract) -> list[Risk]:
        return checks.risks(record)

    def take_effect(self, record: SalesContract, context: Context) -> None:
        services.open_schedule(record, now=context.now)
        win_customer(
            customer_id=record.customer_id,
            cause=record.business_key,
            by=context.decided.user if context.decided else None,
            now=context.now,
        )

    def reverse_effects(self, record: SalesContract, context: Context) -> None:
        unwin_customer(
            customer_id=record.customer_id,
            cause=record.business_key,
            by=context.actor,
            now=context.now,
        )
        services.close_schedule(record)

    def title(self, record: SalesContract) -> str:
        return record.name

    def party(self, record: SalesContract) -> str:
        return record.customer.name
