"""What the page of a sales contract shows, and in which order."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from apps.core.kinds.declaration import Section
from apps.sales.customers.invoicing import INVOICING

MORE_COLUMNS: Final = (
    "revision",
    "category",
    "contact",
    "net",
    "tax",
    "discount",
    "discount_rate",
    "margin",
    "under_floor",
    "over_credit",
    "payment_label",
    "signed_on",
    "effective_on",
    "delivery_on",
    "seal_state",
    "archive_number",
    "their_number",
    "department",
    "submitted_at",
    "approved_at",
)
SECTIONS: Final = (
    Section(
        _("Contract"),
        ("name", "category", "customer", "contact", "date", "signed_on", "effective_on", "ends_on"),
    ),
    Section(
        _("Parties"),
        (
            "our_entity",
            "our_signatory",
            "their_signatory",
            "their_number",
            "seal_state",
            "archive_number",
        ),
    ),
    Section(
        _("Delivery and warranty"),
        (
            "delivery_on",
            "delivery_place",
            "delivery_terms",
            "warranty_months",
            "retention_percent",
        ),
    ),
    Section(_("Discount on the whole"), ("discount",)),
    Section(_("Invoicing data"), ("invoice_kind", *INVOICING)),
    Section(_("Remarks"), ("remarks",)),
)
LINE_COLUMNS: Final = (
    "product",
    "quantity",
    "standard_price",
    "offer",
    "rate",
    "price",
    "gross",
    "tax_rate",
    "margin",
    "reason",
)
LINE_COMPUTED: Final = ("spec", "unit", "standard_price", "net", "tax", "total", "floor_price")
TOTALS: Final = (
    "offer_total",
    "discount_rate",
    "discount",
    "net",
    "tax",
    "gross",
    "amount_in_words",
    "margin",
)
