"""What is sold: products in their categories, and the rates of VAT."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.catalog.fields import percent_field, price_field
from apps.core.kinds.models import Record
from apps.core.parameters.models import DictionaryField


class TaxTreatment(models.TextChoices):
    """What becomes of VAT. Exempt and not taxed both come to nothing, and are declared apart."""

    TAXED = "taxed", _("Taxed")
    EXEMPT = "exempt", _("Exempt")
    NOT_TAXED = "not_taxed", _("Not taxed")


class TaxRateQuerySet(models.QuerySet["TaxRate"]):
    """Reads of tax rates."""

    def valid(self, on: date | None = None) -> TaxRateQuerySet:
        """Those that hold on that day (default: today)."""
        day = on or timezone.localdate()
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day)
        )


class TaxRate(models.Model):
    """A rate of VAT, and from when until when the law knows it (both days included)."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    percent = percent_field(_("percent"))
    treatment = models.CharField(
        _("treatment"), max_length=10, choices=TaxTreatment.choices, default=TaxTreatment.TAXED
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    position = models.PositiveIntegerField(pgettext_lazy("order", "position"), default=0)

    objects = TaxRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="tax_rate_of_the_taxed", condition=Q(treatment="taxed") | Q(percent=0)
            ),
            models.CheckConstraint(
                name="tax_rate_valid_in_order",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProductCategory(models.Model):
    """A node of the tree of categories."""

    name = models.CharField(_("name"), max_length=60)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        verbose_name=pgettext_lazy("category", "part of"),
    )
    position = models.PositiveIntegerField(pgettext_lazy("order", "position"), default=0)

    class Meta:
        verbose_name = _("product category")
        verbose_name_plural = _("product categories")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"], name="product_category_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="product_category_not_its_own_parent", condition=~Q(parent=F("pk"))
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Nature(models.TextChoices):
    """Goods are shipped, services are executed."""

    GOODS = "goods", _("Goods")
    SERVICE = "service", _("Service")


class Tracking(models.TextChoices):
    """How single pieces are told apart in stock."""

    NONE = "none", _("Not tracked")
    SERIAL = "serial", _("By serial number")
    BATCH = "batch", _("By batch")


class Product(Record):
    """Something that is sold. Prices are for one unit; whether tax is in them is the parameter
    `catalog.prices_include_tax`. The reference cost is without tax."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    spec = models.CharField(_("specification"), max_length=200, blank=True)
    model_name = models.CharField(_("model"), max_length=80, blank=True)
    unit = DictionaryField("unit", _("unit"))
    auxiliary_unit = DictionaryField("unit", _("auxiliary unit"), null=True, blank=True)
    per_auxiliary = models.DecimalField(
        _("units in one auxiliary unit"), max_digits=10, decimal_places=3, null=True, blank=True
    )
    category = models.ForeignKey(
        ProductCategory,
        on_delete=models.PROTECT,
        related_name="products",
        verbose_name=_("category"),
    )
    brand = DictionaryField("brand", _("brand"), null=True, blank=True)
    barcode = models.CharField(_("barcode"), max_length=40, blank=True)
    nature = models.CharField(
        _("goods or service"), max_length=8, choices=Nature.choices, default=Nature.GOODS
    )
    tax_rate = models.ForeignKey(
        TaxRate, on_delete=models.PROTECT, related_name="+", verbose_name=_("tax rate")
    )
    tax_category_code = models.CharField(_("tax category code"), max_length=19, blank=True)
    standard_price = price_field(_("standard price"))
    floor_price = price_field(_("floor price"), null=True, blank=True)
    reference_cost = price_field(_("reference cost"), null=True, blank=True)
    tracking = models.CharField(
        _("tracked in stock"), max_length=8, choices=Tracking.choices, default=Tracking.NONE
    )
    warranty_months = models.PositiveSmallIntegerField(_("months of warranty"), default=0)
    safety_stock = models.DecimalField(
        _("safety stock"), max_digits=14, decimal_places=3, null=True, blank=True
    )
    active = models.BooleanField(_("on sale"), default=True)
    remarks = models.TextField(_("remarks"), blank=True, max_length=2000)

    class Meta(Record.Meta):
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["code"]
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["category", "code"], name="product_category"),
        ]
        constraints = [
            models.CheckConstraint(
                name="product_auxiliary_unit_counts",
                condition=Q(auxiliary_unit=None) | Q(per_auxiliary__gt=0),
            ),
            models.CheckConstraint(
                name="product_service_not_tracked",
                condition=~Q(nature="service") | Q(tracking="none"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
