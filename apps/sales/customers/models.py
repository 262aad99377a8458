"""Customers, where they are found, and who works on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, Self

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.catalog.fields import money_field
from apps.core.access.rights import Rights
from apps.core.kinds.choices import Coloured
from apps.core.kinds.columns import described
from apps.core.kinds.models import (
    Line,
    Record,
    RecordQuerySet,
    is_any,
    order_indexes,
    scope_index,
)
from apps.core.parameters.models import DictionaryField
from apps.sales.crediting import Credited
from apps.sales.customers.invoicing import InvoicingData


class CustomerStage(Coloured):
    """How far a customer has come. Only `apps.sales.customers.services` moves it."""

    IN_TALK = "in_talk", "blue", pgettext_lazy("customer", "In talk")
    WON = "won", "green", pgettext_lazy("customer", "Won")
    DORMANT = "dormant", "yellow", pgettext_lazy("customer", "Dormant")
    CLOSED = "closed", "secondary", pgettext_lazy("customer", "Closed")


ALIVE: Final = (CustomerStage.IN_TALK, CustomerStage.WON)
ASLEEP: Final = (CustomerStage.DORMANT, CustomerStage.CLOSED)
"""From which a customer is restored to the stage and owner before."""


class CustomerQuerySet(RecordQuerySet):
    """Reads of customers. One that was merged into another is seen by nobody."""

    def visible_to(self, rights: Rights) -> Self:
        return super(CustomerQuerySet, self.whole()).visible_to(rights)

    def keys_visible_to(self, rights: Rights) -> models.QuerySet[Any, Any]:
        return self.whole().keys_of(self.reasons(rights))  # each has an index that says it all

    def reasons_beside_scope(self, rights: Rights) -> Sequence[Q]:
        """Those that somebody works on with their owner."""
        shared = Collaborator.objects.filter(user=rights.user).order_by().values("document")
        return (Q(is_any("pk", ArraySubquery(shared))),)

    def whole(self) -> Self:
        """Without those that were merged into another."""
        return self.filter(merged_into=None)


class Customer(Credited, InvoicingData, Record):
    """A firm that buys or might buy.

    `stage_before` and `owner_before` are what it is restored to, while it is dormant or closed.
    `last_contact_at` is moved by whatever is a contact; `protected_until` is the last day on which
    it isn't given to a colleague who found it too."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    name_normal = models.CharField(max_length=120, default="", editable=False)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    level = DictionaryField("customer_level", _("level"), db_index=False)
    industry = DictionaryField("industry", _("industry"), null=True, blank=True, db_index=False)
    region = DictionaryField("region", _("region"), null=True, blank=True, db_index=False)
    source = DictionaryField("customer_source", _("source"), null=True, blank=True, db_index=False)
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
    invoice_phone_e164 = models.CharField(max_length=20, blank=True, editable=False)
    website = models.URLField(_("website"), blank=True)
    credit_limit = money_field(_("credit limit"), null=True, blank=True)
    payment_days = models.PositiveSmallIntegerField(_("days until payment"), default=30)
    active = models.BooleanField(_("active"), default=True)
    remarks = models.TextField(_("remarks"), blank=True, max_length=2000)

    stage = models.CharField(
        _("stage"),
        max_length=8,
        choices=CustomerStage.choices,
        default=CustomerStage.IN_TALK,
        editable=False,
    )
    stage_since = models.DateTimeField(_("stage since"), default=timezone.now, editable=False)
    stage_before = models.CharField(
        _("stage before"), max_length=8, choices=CustomerStage.choices, blank=True, editable=False
    )
    owner_before = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("owner before"),
    )
    stage_reason = DictionaryField("stage_reason", _("reason"), null=True, editable=False)
    wake_up_on = models.DateField(_("wake up on"), null=True, editable=False)
    won_at = models.DateTimeField(_("won at"), null=True, editable=False)
    won_by_hand = models.BooleanField(default=False, editable=False)
    last_contact_at = models.DateTimeField(_("last contact"), null=True, editable=False)
    protected_until = models.DateField(_("protected until"), null=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="merged",
        editable=False,
        verbose_name=_("merged into"),
    )

    objects = CustomerQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["phone_e164"], name="customer_phone"),
            models.Index(
                fields=["invoice_phone_e164"],
                name="customer_invoice_phone",
                condition=~Q(invoice_phone_e164=""),
            ),
            models.Index(fields=["name_normal"], name="customer_name_normal"),
            models.Index(fields=["tax_id"], name="customer_tax_id", condition=~Q(tax_id="")),
            models.Index(fields=["owner", "stage"], name="customer_owner_stage"),
            models.Index(fields=["stage", "last_contact_at"], name="customer_stage_contact"),
            models.Index(
                fields=["wake_up_on"],
                name="customer_wakes_up",
                condition=Q(wake_up_on__isnull=False),
            ),
            models.Index(fields=["stage", "-changed_at", "-id"], name="customer_stage_changed"),
            scope_index("customer", "merged_into"),
            models.Index(
                fields=["department"], include=["id", "merged_into"], name="customer_seen"
            ),
            *order_indexes(
                "customer",
                "phone",
                "level",
                "industry",
                "region",
                "source",
                "last_contact_at",
                "stage",
                "changed_at",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="customer_not_its_own_parent", condition=~Q(parent=F("pk"))
            ),
            models.CheckConstraint(
                name="customer_credit_not_negative",
                condition=Q(credit_limit=None) | Q(credit_limit__gte=0),
            ),
            models.CheckConstraint(
                name="customer_not_merged_into_itself", condition=~Q(merged_into=F("pk"))
            ),
            models.CheckConstraint(
                name="customer_can_be_restored",
                condition=Q(stage__in=ALIVE, stage_before="", owner_before=None)
                | Q(
                    stage=CustomerStage.DORMANT,
                    stage_before__in=ALIVE,
                    owner_before__isnull=False,
                )
                | Q(
                    stage=CustomerStage.CLOSED,
                    stage_before=CustomerStage.IN_TALK,
                    owner_before__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="customer_wakes_up_from_dormancy",
                condition=Q(wake_up_on=None) | Q(stage=CustomerStage.DORMANT),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    @described(_("protected until"), "date")
    def protection(self) -> date | None:
        """The last day of its protection; None once that has passed."""
        until = self.protected_until
        return until if until is not None and until >= timezone.localdate() else None


class Address(Line):
    """Where a customer is visited, and where goods are sent."""

    document = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="addresses")
    label = models.CharField(_("label"), max_length=40)
    region = models.CharField(_("province and city"), max_length=80, blank=True)
    address = models.CharField(_("address"), max_length=200)
    receiver = models.CharField(_("receiver"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    phone_e164 = models.CharField(max_length=20, blank=True, editable=False)

    class Meta(Line.Meta):
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        indexes = [
            models.Index(fields=["phone_e164"], name="address_phone", condition=~Q(phone_e164=""))
        ]

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


class CustomerStageChange(models.Model):
    """A customer came to another stage: when, by whom (None: the system), why. `cause` is the
    business key of what it followed from; `owner` who had the customer afterwards."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="stage_changes")
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
    )
    before = models.CharField(_("before"), max_length=8, choices=CustomerStage.choices)
    after = models.CharField(_("after"), max_length=8, choices=CustomerStage.choices)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("owner"),
    )
    reason = DictionaryField("stage_reason", _("reason"), null=True)
    wake_up_on = models.DateField(_("wake up on"), null=True)
    cause = models.CharField(max_length=100, blank=True)
    remarks = models.CharField(_("remarks"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("change of stage")
        verbose_name_plural = _("changes of stage")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(name="stage_change_to_another", condition=~Q(before=F("after")))
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
