"""The kinds of the catalog."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.catalog.filters import ProductFilter
from apps.catalog.forms import ProductForm
from apps.catalog.models import Product
from apps.core.kinds.declaration import DocumentKind, Section
from apps.core.kinds.registry import register


@register
class ProductKind(DocumentKind):
    """Products."""

    model = Product
    module = "settings"
    icon = "package"
    columns = "code name model_name category unit standard_price floor_price tax_rate active"
    more_columns = """spec brand barcode nature reference_cost tracking warranty_months safety_stock
        tax_category_code"""
    costs = "reference_cost"
    order = "code"
    filters = ProductFilter
    title_field = "name"
    search = "code name model_name spec barcode"
    form_class = ProductForm
    sections = (
        Section(_("Product"), "code name category brand spec model_name barcode active"),
        Section(_("Units"), "nature unit auxiliary_unit per_auxiliary"),
        Section(
            _("Prices"), "standard_price floor_price reference_cost tax_rate tax_category_code"
        ),
        Section(_("Stock and service"), "tracking safety_stock warranty_months"),
        Section(_("Remarks"), "remarks"),
    )
