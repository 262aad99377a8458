"""The people at customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.access.actions import Scope
from apps.core.access.rights import Rights
from apps.core.kinds.columns import described
from apps.core.kinds.models import (
    Record,
    RecordQuerySet,
    order_indexes,
    scope_index,
)
from apps.core.parameters.models import DictionaryField
from apps.sales.contacts.birthdays import in_coming_days, next_birthday
from apps.sales.customers.models import Customer
from apps.sales.customers.reach import of_customers


class Calendar(models.TextChoices):
    """By which calendar a birthday comes round."""

    SOLAR = "solar", _("Solar calendar")
    LUNAR = "lunar", _("Lunar calendar")


class ContactQuerySet(RecordQuerySet):
    """Reads of contacts."""

    def with_birthday(self, *, within: int) -> Self:
        """Those whose birthday is today or in that many coming days."""
        return self.filter(in_coming_days(within, today=timezone.localdate()))

    def reasons_beside_scope(self, rights: Rights) -> Sequence[Q]:
        """Those of every customer that is seen."""
        few = rights.scope("sales.customer") is Scope.OWN
        customers = Customer.objects.keys_visible_to(rights)
        return (of_customers(customers, few=few),)


class Contact(Record):
    """Somebody at a customer. A birthday is a month and a day of its calendar: the 30th of the
    second month exists in the lunar one."""

    customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        related_name="contacts",
        db_index=False,
        verbose_name=_("customer"),
    )
    name = models.CharField(_("name"), max_length=60)
    role = DictionaryField("contact_role", _("role"), null=True, blank=True, db_index=False)
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
            models.Index(  # all that counting those of a few days reads
                fields=["birth_month", "birth_day"],
                include=["id", "birth_calendar", "owner", "department", "customer"],
                name="contact_birthdays",
            ),
            scope_index("contact", "customer"),
            *order_indexes(
                "contact",
                "name",
                "customer",
                "role",
                "position",
                "mobile",
                "phone",
                "primary",
                "changed_at",
            ),
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
        """`1984-08-28`, `08-28`, or `lunar 1984-08-28`; "" where it isn't known."""
        if self.birth_month is None:
            return ""
        year = f"{self.birth_year}-" if self.birth_year else ""
        day = f"{year}{self.birth_month:02d}-{self.birth_day:02d}"
        if self.birth_calendar == Calendar.SOLAR:
            return day
        return gettext("lunar %(day)s") % {"day": day}

    @property
    @described(_("next birthday"), "date")
    def next_birthday(self) -> date | None:
        """The day on which it is kept next, today included; None where it isn't known."""
        if self.birth_month is None or self.birth_day is None:
            return None
        lunar = self.birth_calendar == Calendar.LUNAR
        today = timezone.localdate()
        return next_birthday(self.birth_month, self.birth_day, lunar=lunar, today=today)
