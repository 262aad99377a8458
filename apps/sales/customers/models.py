"""Customers, where they are found, and who works on them."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.catalog.fields import money_field
from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds.models import Line, Record, RecordQuerySet
from apps.core.parameters.models import DictionaryField
from apps.sales.customers.invoicing import InvoicingData


class CustomerQuerySet(RecordQuerySet):
    """Reads of customers."""

    def visible_to(self, rights: Rights) -> Self:
        """Those in scope, and those that somebody works on with their owner."""
        if not rights.may("sales.customer", Action.VIEW):
            return self.none()
        shared = Collaborator.objects.filter(user=rights.user).values("document")
        scope = rights.within("sales.customer")
        # Nothing to ask for is everything: an “or” would drop it.
        return self.filter(scope | Q(pk__in=shared)) if scope else self


class Customer(InvoicingData, Record):
    """A firm that buys or might buy."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    level = DictionaryField("customer_level", _("level"))
    industry = DictionaryField("industry", _("industry"), null=True, blank=True)
    region = DictionaryField("region", _("region"), null=True, blank=True)
    source = DictionaryField("customer_source", _("source"), null=True, blank=True)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="branches",
        verbose_name=_("belongs to"),
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    phone_e164 = models.CharField(max_length=20, blank=True, editable=False)
    website = models.URLField(_("website"), blank=True)
    credit_limit = money_field(_("credit limit"), null=True, blank=True)
    payment_days = models.PositiveSmallIntegerField(_("days until payment"), default=30)
    active = models.BooleanField(_("active"), default=True)
    remarks = models.TextField(_("remarks"), blank=True, max_length=2000)

    objects = CustomerQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["phone_e164"], name="customer_phone"),
            models.Index(fields=["owner"], name="customer_owner"),
        ]
        constraints = [
            models.CheckConstraint(
                name="customer_not_its_own_parent", condition=~Q(parent=F("pk"))
            ),
            models.CheckConstraint(
                name="customer_credit_not_negative",
                condition=Q(credit_limit=None) | Q(credit_limit__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Address(Line):
    """Where a customer is visited, and where goods are sent."""

    document = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="addresses")
    label = models.CharField(_("label"), max_length=40)
    region = models.CharField(_("province and city"), max_length=80, blank=True)
    address = models.CharField(_("address"), max_length=200)
    receiver = models.CharField(_("receiver"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)

    class Meta(Line.Meta):
        verbose_name = _("address")
        verbose_name_plural = _("addresses")

    def __str__(self) -> str:
        return f"{self.region}{self.address}"


class Collaborator(Line):
    """A colleague who works on a customer with its owner, and so sees it."""

    document = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="collaborators")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("colleague"),
    )

    class Meta(Line.Meta):
        verbose_name = _("collaborator")
        verbose_name_plural = _("collaborators")
        constraints = [
            models.UniqueConstraint(
                fields=["document", "user"],
                name="collaborator_once",
                violation_error_message=_("This colleague stands there twice."),
            )
        ]

    def __str__(self) -> str:
        return str(self.user)
