"""What customers are offered."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.catalog.fields import percent_field, price_field
from apps.catalog.models import Product
from apps.core.kinds.models import Record
from apps.core.parameters.models import DictionaryField
from apps.sales.customers.models import Customer


class Basis(models.TextChoices):
    """What an offered price rests on, in the order of their priority."""

    CUSTOMER = "customer", _("Customer's price")
    LEVEL = "level", _("Customer level")
    QUANTITY = "quantity", _("Quantity")
    PROMOTION = "promotion", _("Promotion")
    STANDARD = "standard", _("Standard price")
    TYPED = "typed", _("Typed")


POLICIES = [Basis.CUSTOMER, Basis.LEVEL, Basis.QUANTITY, Basis.PROMOTION]


class PricePolicy(Record):
    """A price that some are offered: in yuan for one product, or in percent of standard prices.

    Without a product it is for all of them."""

    name = models.CharField(_("name"), max_length=80)
    basis = models.CharField(
        _("basis"), max_length=10, choices=[(basis.value, basis.label) for basis in POLICIES]
    )
    customer = models.ForeignKey(
        Customer,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="price_policies",
        verbose_name=_("customer"),
    )
    level = DictionaryField("customer_level", _("level"), null=True, blank=True)
    product = models.ForeignKey(
        Product,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="price_policies",
        verbose_name=_("product"),
        help_text=_("Left empty: all products."),
    )
    from_quantity = models.DecimalField(
        _("from this quantity on"), max_digits=14, decimal_places=3, null=True, blank=True
    )
    price = price_field(_("price"), null=True, blank=True)
    percent = percent_field(_("percent of the standard price"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    active = models.BooleanField(_("active"), default=True)

    class Meta(Record.Meta):
        verbose_name = _("price policy")
        verbose_name_plural = _("price policies")
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["product", "basis"], name="price_policy_product"),
        ]
        constraints = [
            models.CheckConstraint(
                name="price_policy_one_price",
                condition=Q(price=None, percent__isnull=False)
                | Q(price__isnull=False, percent=None, product__isnull=False),
                violation_error_message=_(
                    "Give either a percentage, or a price together with its product."
                ),
            ),
            models.CheckConstraint(
                name="price_policy_basis_given",
                condition=Q(basis="customer", customer__isnull=False)
                | Q(basis="level", level__isnull=False)
                | Q(basis="quantity", from_quantity__gt=0)
                | Q(basis="promotion", valid_to__isnull=False),
                violation_error_message=_(
                    "Give what the basis asks for: the customer, the level, the quantity, or until"
                    " when the promotion lasts."
                ),
            ),
            models.CheckConstraint(
                name="price_policy_valid_in_order",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("It ends before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
