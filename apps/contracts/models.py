"""Sales contracts: header, lines, payment schedule."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.catalog.fields import money_field, percent_field, price_field, quantity_field
from apps.catalog.models import Product, TaxRate
from apps.contracts.amounts import Typed, in_words, places
from apps.core.kinds.columns import described
from apps.core.kinds.versions import Amendable, AmendableLine
from apps.core.parameters.models import DictionaryField
from apps.sales.crediting import Credited
from apps.sales.customers.invoicing import InvoicingData
from apps.sales.customers.reach import OfCustomerQuerySet
from apps.sales.models import Basis, Contact, Customer, Opportunity

ZERO, ONE, HUNDRED = Decimal("0.00"), Decimal(1), Decimal(100)

COUNTED_ON = Coalesce("signed_on", "effective_on", "date")
"""The day on which a contract counts as reached: that of its signing; where that isn't known, that
from which it is in force, else its date."""


class InvoiceKind(models.TextChoices):
    """Which invoice the customer wants."""

    DIGITAL_SPECIAL = "digital_special", _("Digital special VAT invoice")
    DIGITAL_ORDINARY = "digital_ordinary", _("Digital ordinary invoice")
    PAPER_SPECIAL = "paper_special", _("Paper special VAT invoice")
    PAPER_ORDINARY = "paper_ordinary", _("Paper ordinary invoice")
    NONE = "none", _("No invoice")


class SealState(models.TextChoices):
    """Who has stamped the contract."""

    NONE = "none", _("Not stamped")
    OURS = "ours", _("Stamped by us")
    BOTH = "both", _("Stamped by both sides")


class SalesContract(Credited, InvoicingData, Amendable):
    """What a customer buys from us. Amounts are worked out from the lines (contracts.amounts)."""

    name = models.CharField(_("name"), max_length=120)
    category = DictionaryField("contract_category", _("category"), null=True, blank=True)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="contracts", verbose_name=_("customer")
    )
    contact = models.ForeignKey(
        Contact,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("contact"),
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    phone_e164 = models.CharField(max_length=20, blank=True, editable=False)
    opportunity = models.ForeignKey(
        Opportunity,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contracts",
        verbose_name=_("opportunity"),
    )
    opportunity_id: int | None
    our_entity = models.CharField(_("our legal entity"), max_length=120, blank=True)
    their_number = models.CharField(_("their contract number"), max_length=60, blank=True)
    our_signatory = models.CharField(_("our signatory"), max_length=60, blank=True)
    their_signatory = models.CharField(_("their signatory"), max_length=60, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    effective_on = models.DateField(_("effective on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    seal_state = models.CharField(
        _("stamp"), max_length=4, choices=SealState.choices, default=SealState.NONE
    )
    archive_number = models.CharField(_("archive number"), max_length=60, blank=True)

    delivery_on = models.DateField(_("delivery on"), null=True, blank=True)
    delivery_place = models.CharField(_("place of delivery"), max_length=200, blank=True)
    delivery_terms = models.CharField(_("terms of delivery"), max_length=200, blank=True)
    warranty_months = models.PositiveSmallIntegerField(_("months of warranty"), default=12)
    retention_percent = percent_field(_("retention (%)"), default=ZERO, blank=True)

    invoice_kind = models.CharField(
        _("kind of invoice"),
        max_length=16,
        choices=InvoiceKind.choices,
        default=InvoiceKind.DIGITAL_SPECIAL,
    )

    prices_include_tax = models.BooleanField(_("prices include tax"), default=True, editable=False)
    offer_total = money_field(_("offered amount"), default=ZERO, editable=False)
    discount = money_field(_("discount on the whole"), default=ZERO, blank=True)
    gross = money_field(_("gross amount"), default=ZERO, editable=False)
    net = money_field(_("net amount"), default=ZERO, editable=False)
    tax = money_field(_("tax"), default=ZERO, editable=False)
    cost = money_field(_("cost"), null=True, editable=False)
    under_floor = models.BooleanField(_("under the floor price"), default=False, editable=False)
    over_credit = models.BooleanField(_("over the credit limit"), default=False, editable=False)

    objects = OfCustomerQuerySet.as_manager()

    class Meta(Amendable.Meta):
        verbose_name = _("sales contract")
        verbose_name_plural = _("sales contracts")
        indexes = [
            *Amendable.Meta.indexes,
            models.Index(fields=["customer", "state"], name="sales_contract_customer"),
            models.Index(fields=["-date", "-id"], name="sales_contract_date"),
            models.Index(fields=["owner"], name="sales_contract_owner"),
        ]
        constraints = [
            *Amendable.Meta.constraints,
            models.CheckConstraint(
                name="sales_contract_net_and_tax", condition=Q(gross=F("net") + F("tax"))
            ),
            models.CheckConstraint(name="sales_contract_discount", condition=Q(discount__gte=0)),
        ]

    @property
    @described(_("amount in words"))
    def amount_in_words(self) -> str:
        """人民币捌拾万玖仟零捌拾伍元整."""
        return in_words(self.gross)

    @property
    @described(_("discount (%)"), "number")
    def discount_rate(self) -> Decimal | None:
        """All that is taken off, in percent of what was offered; 100 is nothing."""
        taxed = self.gross if self.prices_include_tax else self.net
        return (
            (taxed * HUNDRED / self.offer_total).quantize(Decimal("0.01"))
            if self.offer_total
            else None
        )

    @property
    @described(_("margin (%)"), "number")
    def margin(self) -> Decimal | None:
        """What is left of the net amount after the cost, in percent; None where a cost isn't
        known."""
        if self.cost is None or not self.net:
            return None
        return ((self.net - self.cost) * HUNDRED / self.net).quantize(Decimal("0.1"))

    @cached_property
    def due_before(self) -> dict[int, Instalment]:
        """Of an amendment, instalments of the version before that are due or paid already, by their
        keys: whatever is agreed now, percentages and amounts of these stay."""
        if self.amends_id is None:
            return {}
        paid, due = Q(open_since__isnull=True), Q(due_on__lte=timezone.localdate())
        found = Instalment.objects.filter(paid | due, document=self.amends_id)
        return {instalment.pk: instalment for instalment in found}

    @property
    @described(_("payment"))
    def payment_label(self) -> str:
        """The payment schedule in tenths: 3-6.5-0.5."""
        percents = [instalment.percent for instalment in self.instalments.all()]
        return "-".join(f"{(percent / 10).normalize():f}" for percent in percents)


class SalesContractLine(AmendableLine):
    """A product of a sales contract. What the catalog said is kept: it may change later.

    `gross` is quantity × offer × discount rate; `share` its part of the discount on the whole, and
    `total` what is left of it, which net amount and tax add up to."""

    document = models.ForeignKey(SalesContract, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="+", verbose_name=_("product")
    )
    spec = models.CharField(_("specification"), max_length=200, blank=True, editable=False)
    unit = models.CharField(_("unit"), max_length=40, blank=True, editable=False)
    quantity = quantity_field(_("quantity"), default=ONE)
    standard_price = price_field(_("standard price"), default=ZERO, editable=False)
    offer = price_field(_("offer"), blank=True, null=True)
    basis = models.CharField(
        _("price from"), max_length=10, choices=Basis.choices, default="", blank=True
    )
    rate = models.DecimalField(
        _("discount rate"), max_digits=9, decimal_places=4, default=HUNDRED, blank=True
    )
    price = price_field(_("net unit price"), blank=True, default=ZERO)
    gross = money_field(_("gross amount"), blank=True, default=ZERO)
    typed = models.CharField(
        _("typed"), max_length=5, choices=Typed.choices, default=Typed.RATE, blank=True
    )
    tax_rate = models.ForeignKey(
        TaxRate,
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("tax rate"),
    )
    tax_percent = percent_field(_("tax (%)"), default=ZERO, editable=False)
    share = money_field(_("share of the discount"), default=ZERO, editable=False)
    total = money_field(_("total"), default=ZERO, editable=False)
    net = money_field(_("net amount"), default=ZERO, editable=False)
    tax = money_field(_("tax"), default=ZERO, editable=False)
    floor_price = price_field(_("floor price"), null=True, editable=False)
    cost_price = price_field(_("cost price"), null=True, editable=False)
    reason = models.CharField(_("reason for the price"), max_length=200, blank=True)
    serial_numbers = models.CharField(_("serial numbers"), max_length=500, blank=True)
    remarks = models.CharField(_("remarks"), max_length=200, blank=True)

    class Meta(AmendableLine.Meta):
        verbose_name = _("contract line")
        verbose_name_plural = _("products")
        constraints = [
            models.CheckConstraint(
                name="sales_contract_line_adds_up",
                condition=Q(total=F("net") + F("tax")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.row}. {self.product}"

    @property
    def paid_price(self) -> Decimal:
        """The net unit price with its share of the discount on the whole."""
        if not self.share:
            return self.price
        paid = self.total if self.document.prices_include_tax else self.net
        return places(paid / self.quantity)

    @property
    def under_floor(self) -> bool:
        """Whether less is asked than the floor price: by the line itself, or because the discount
        on the whole takes it below."""
        if self.floor_price is None:
            return False
        paid = self.total if self.document.prices_include_tax else self.net
        return self.price < self.floor_price or (
            self.share > 0 and paid < (self.floor_price * self.quantity).quantize(Decimal("0.01"))
        )

    @property
    @described(_("margin (%)"), "number")
    def margin(self) -> Decimal | None:
        """In percent of the net amount; None where the cost isn't known."""
        if self.cost_price is None or not self.net:
            return None
        cost = self.cost_price * self.quantity
        return ((self.net - cost) * HUNDRED / self.net).quantize(Decimal("0.1"))


class DueRule(models.TextChoices):
    """What an instalment's due date counts from."""

    SIGNED = "signed", _("After signing")
    EFFECTIVE = "effective", _("After taking effect")
    DELIVERED = "delivered", _("After delivery")
    ACCEPTED = "accepted", _("After acceptance")
    DATE = "date", _("On a date")


class Instalment(AmendableLine):
    """A part of the price and when it is due. `open_since` says from when it waits to be paid
    (待收): from the contract's taking effect. It is no receivable: invoices make those."""

    NOT_COPIED = AmendableLine.NOT_COPIED | {"open_since"}
    document = models.ForeignKey(
        SalesContract, on_delete=models.CASCADE, related_name="instalments"
    )
    label = models.CharField(_("instalment"), max_length=40)
    rule = models.CharField(_("due"), max_length=9, choices=DueRule.choices, default=DueRule.SIGNED)
    days = models.PositiveSmallIntegerField(_("days after"), default=0, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    percent = models.DecimalField(
        _("percent"), max_digits=9, decimal_places=4, null=True, blank=True
    )
    amount = money_field(_("amount"), null=True, blank=True)
    by_amount = models.BooleanField(_("agreed as an amount"), default=False)
    open_since = models.DateTimeField(_("to be received since"), null=True, editable=False)

    class Meta(AmendableLine.Meta):
        verbose_name = _("instalment")
        verbose_name_plural = _("payment schedule")
        indexes = [
            models.Index(
                fields=["due_on"], condition=Q(open_since__isnull=False), name="instalment_due"
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="instalment_has_a_date", condition=~Q(rule="date") | Q(due_on__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.label

    def due_after(self, beginning: date | None) -> date | None:
        """The due date, where what it counts from has happened."""
        if self.rule == DueRule.DATE:
            return self.due_on
        return beginning + timedelta(days=self.days) if beginning else None
