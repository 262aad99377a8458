"""Targets of people and departments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.kinds.columns import described, money, number
from apps.core.kinds.models import Record
from apps.core.kinds.months import month


class MeasureCode(models.TextChoices):
    """What targets are set for, and people ranked by."""

    CONTRACTS = "contracts", _("Contract amount")
    RECEIPTS = "receipts", _("Receipts")
    NEW_CUSTOMERS = "new_customers", _("New customers")


class SalesTarget(Record):
    """What somebody, or a department with those below it, should reach in a month.

    `owner` and `department` are whose target it is: of a department, its head's."""

    month = models.DateField(_("month"))
    measure = models.CharField(_("measure"), max_length=16, choices=MeasureCode.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("person"),
    )
    unit = models.ForeignKey(
        "people.Department",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("target of the department"),
    )
    amount = models.DecimalField(_("target"), max_digits=14, decimal_places=2, default=Decimal(0))
    remarks = models.CharField(_("remarks"), max_length=400, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("sales target")
        verbose_name_plural = _("sales targets")
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["-month", "-id"], name="sales_target_month"),
        ]
        constraints = [
            models.CheckConstraint(
                name="sales_target_person_or_unit",
                condition=Q(person__isnull=False, unit=None) | Q(person=None, unit__isnull=False),
                violation_error_message=_("It is the target of a person, or of a department."),
            ),
            models.CheckConstraint(name="sales_target_first_of_month", condition=Q(month__day=1)),
            models.CheckConstraint(name="sales_target_positive", condition=Q(amount__gt=0)),
            models.UniqueConstraint(
                fields=["month", "measure", "person"],
                condition=Q(person__isnull=False),
                name="sales_target_of_person_once",
                violation_error_message=_("There is a target of this person for that month."),
            ),
            models.UniqueConstraint(
                fields=["month", "measure", "unit"],
                condition=Q(unit__isnull=False),
                name="sales_target_of_unit_once",
                violation_error_message=_("There is a target of this department for that month."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.whose}"

    @property
    @described(_("month"))
    def period(self) -> str:
        """2026-11."""
        return month(self.month)

    @property
    @described(_("whose"))
    def whose(self) -> str:
        """The person, or the department."""
        return str(self.person or self.unit or "")

    @property
    @described(_("target"), "figure")
    def goal(self) -> str:
        """How much, in what is measured: `¥900,000.00`, or `3` customers."""
        return (
            number(self.amount) if self.measure == MeasureCode.NEW_CUSTOMERS else money(self.amount)
        )


def first_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)
