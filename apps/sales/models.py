"""Customers, the people there, and what they are offered."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.catalog.fields import money_field, percent_field, price_field
from apps.catalog.models import Product
from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds.columns import described
from apps.core.kinds.models import Line, Record, RecordQuerySet
from apps.core.parameters.models import DictionaryField
from apps.sales.invoicing import InvoicingData


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


class Calendar(models.TextChoices):
    """By which calendar a birthday comes round."""

    SOLAR = "solar", _("Solar calendar")
    LUNAR = "lunar", _("Lunar calendar")


class ContactQuerySet(RecordQuerySet):
    """Reads of contacts."""

    def visible_to(self, rights: Rights) -> Self:
        """Those in scope, and those of every customer that is seen."""
        if not rights.may("sales.contact", Action.VIEW):
            return self.none()
        customers = Customer.objects.visible_to(rights).values("pk")
        scope = rights.within("sales.contact")
        return self.filter(scope | Q(customer__in=customers)) if scope else self


class Contact(Record):
    """Somebody at a customer. A birthday is a month and a day of its calendar: the 30th of the
    second month exists in the lunar one."""

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="contacts", verbose_name=_("customer")
    )
    name = models.CharField(_("name"), max_length=60)
    role = DictionaryField("contact_role", _("role"), null=True, blank=True)
    position = models.CharField(_("position"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    phone_e164 = models.CharField(max_length=20, blank=True, editable=False)
    mobile = models.CharField(_("mobile"), max_length=40, blank=True)
    mobile_e164 = models.CharField(max_length=20, blank=True, editable=False)
    wechat = models.CharField(_("WeChat"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    birth_year = models.PositiveSmallIntegerField(
        _("year of birth"), null=True, blank=True, validators=[MinValueValidator(1900)]
    )
    birth_month = models.PositiveSmallIntegerField(
        _("month of birth"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    birth_day = models.PositiveSmallIntegerField(
        _("day of birth"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
    )
    birth_calendar = models.CharField(
        _("calendar"), max_length=5, choices=Calendar.choices, default=Calendar.SOLAR
    )
    primary = models.BooleanField(_("primary contact"), default=False)
    remarks = models.TextField(_("remarks"), blank=True, max_length=2000)

    objects = ContactQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["mobile_e164"], name="contact_mobile"),
            models.Index(fields=["phone_e164"], name="contact_phone"),
            models.Index(fields=["birth_month", "birth_day"], name="contact_birthday"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(primary=True), name="contact_primary_once"
            ),
            models.CheckConstraint(
                name="contact_birthday_whole",
                condition=Q(birth_month=None, birth_day=None)
                | Q(birth_month__isnull=False, birth_day__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    @described(_("birthday"))
    def birthday(self) -> str:
        """Month and day as people write them; "" where it isn't known."""
        return f"{self.birth_month:02d}-{self.birth_day:02d}" if self.birth_month else ""


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
