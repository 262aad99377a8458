"""Price policies as a kind."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.kinds.declaration import DocumentKind, Section
from apps.core.kinds.registry import register
from apps.sales.pricing.filters import PricePolicyFilter
from apps.sales.pricing.forms import PricePolicyForm
from apps.sales.pricing.models import PricePolicy


@register
class PricePolicyKind(DocumentKind):
    """Price policies."""

    model = PricePolicy
    module = "settings"
    icon = "discount"
    columns = """name basis product customer level from_quantity price percent valid_from valid_to
        active"""
    filters = PricePolicyFilter
    search = "name product__name customer__name"
    form_class = PricePolicyForm
    sections = (
        Section(_("Price policy"), "name basis active"),
        Section(_("For whom and what"), "customer level product from_quantity"),
        Section(_("Price"), "price percent valid_from valid_to"),
    )
