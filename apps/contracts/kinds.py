"""The kinds of contracts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.contracts import rules
from apps.contracts.filters import SalesContractFilter
from apps.contracts.forms import InstalmentForm, SalesContractForm, SalesContractLineForm
from apps.contracts.models import Instalment, SalesContract, SalesContractLine
from apps.core.approval.settings.texts import offer_texts
from apps.core.kinds.amending import AMEND
from apps.core.kinds.declaration import Approval, DocumentKind, Lines, Numbering, Section
from apps.core.kinds.parts import AttachmentCategory
from apps.core.kinds.registry import register
from apps.sales.customers.invoicing import INVOICING
from apps.sales.customers.reach import LOOKING

offer_texts(
    "contract_matrix",
    "kind",
    {
        "sales_contract": _("Sales contract"),
        "service_contract": _("Service contract"),
        "purchase_contract": _("Purchase contract"),
    },
)


@register
class SalesContractKind(DocumentKind):
    """Sales contracts."""

    model = SalesContract
    module = "contracts"
    icon = "file-text"
    columns = "number name customer gross amendment state date ends_on owner"
    more_columns = """revision category contact phone opportunity net tax discount discount_rate
        margin under_floor over_credit payment_label signed_on effective_on delivery_on seal_state
        archive_number their_number department submitted_at approved_at"""
    costs = "cost margin cost_price"
    amount = "gross"
    order = "-date"
    filters = SalesContractFilter
    search = "number name customer__name customer__short_name their_number"
    related = "customer owner department"
    title_field = "name"
    party_field = "customer"
    form_class = SalesContractForm
    sections = (
        Section(
            _("Contract"),
            """name category customer opportunity contact phone date signed_on effective_on
            ends_on""",
        ),
        Section(
            _("Parties"),
            "our_entity our_signatory their_signatory their_number seal_state archive_number",
        ),
        Section(
            _("Delivery and warranty"),
            "delivery_on delivery_place delivery_terms warranty_months retention_percent",
        ),
        Section(_("Discount on the whole"), "discount"),
        Section(_("Invoicing data"), ("invoice_kind", *INVOICING)),
        Section(_("Remarks"), "remarks"),
    )
    totals = "offer_total discount_rate discount net tax gross amount_in_words margin"
    lines = (
        Lines(
            SalesContractLine,
            SalesContractLineForm,
            label=_("Products"),
            columns="product quantity standard_price offer rate price gross tax_rate margin reason",
            computed="spec unit standard_price net tax total floor_price",
            minimum=1,
        ),
        Lines(Instalment, InstalmentForm, "instalments", _("Payment schedule")),
    )
    numbering = Numbering("XS-{date:%Y%m}-{seq:04d}")
    approval = Approval(process="contract_approval", queue="contracts")
    attachments = (
        AttachmentCategory("contract", _("Contract"), late=True),  # the signed copy comes later
        AttachmentCategory("quotation", _("Quotation")),
    )
    rules = rules
    risk_flags = rules.RISK_FLAGS
    beyond_scope = LOOKING
    commands = {"amend": AMEND}
