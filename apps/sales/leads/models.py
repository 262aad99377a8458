"""Leads, and what became of them."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.catalog.fields import money_field
from apps.core.kinds.choices import Coloured
from apps.core.kinds.models import Record, RecordQuerySet, order_indexes, scope_index
from apps.core.parameters.models import DictionaryField
from apps.sales.companies.models import TargetCompany
from apps.sales.customers.models import Customer


class LeadState(Coloured):
    """How far a lead has come (domain.md, 2). Only the services and operations of leads move it."""

    NEW = "new", "blue", pgettext_lazy("lead", "New")
    FOLLOWING = "following", "blue", pgettext_lazy("lead", "Being followed")
    SUBMITTED = "submitted", "blue", pgettext_lazy("lead", "Waiting for review")
    RETURNED = "returned", "yellow", pgettext_lazy("lead", "More asked for")
    CONFLICT = "conflict", "red", pgettext_lazy("lead", "Owned by a colleague")
    CONVERTED = "converted", "green", pgettext_lazy("lead", "Converted")
    INVALID = "invalid", "secondary", pgettext_lazy("lead", "Invalid")
    RECYCLED = "recycled", "secondary", pgettext_lazy("lead", "Back in the yellow pages")


WORKED_ON = (LeadState.NEW, LeadState.FOLLOWING, LeadState.RETURNED)
"""States in which its owner works on a lead."""
UNDER_REVIEW = (LeadState.SUBMITTED, LeadState.RETURNED, LeadState.CONFLICT)
"""States in which its case is under way."""
OPEN = (LeadState.NEW, LeadState.FOLLOWING, *UNDER_REVIEW)
"""States in which something may still come of it."""


class LeadQuerySet(RecordQuerySet):
    """Reads of leads."""

    def open(self) -> Self:
        """Those of which something may still come."""
        return self.filter(state__in=OPEN)

    def due(self, day: date) -> Self:
        """Those whose next contact is on that day."""
        return self.open().filter(next_contact_on=day)

    def overdue(self, day: date) -> Self:
        """Those whose next contact should have been before that day."""
        return self.open().filter(next_contact_on__lt=day)


class Lead(Record):
    """A firm that may become a customer. What the reviewer of its promotion has asked for is kept
    with it: `question`, and `asked_fields`, which alone can be changed then (empty: all of them).

    `duplicates` counts what agreed with it when it was submitted; `conflict_with` is a colleague's
    customer that it seems to be, `told_apart` are those that it is not (ids), by a ruling.
    `promotion_key` names the effect that made it a customer, once and for ever."""

    name = models.CharField(_("name"), max_length=120)
    name_normal = models.CharField(max_length=120, blank=True, default="", editable=False)
    tax_id = models.CharField(_("tax id"), max_length=20, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    phone_e164 = models.CharField(max_length=20, blank=True, default="", editable=False)
    contact_name = models.CharField(_("contact"), max_length=60, blank=True)
    contact_position = models.CharField(_("position"), max_length=60, blank=True)
    contact_mobile = models.CharField(_("mobile"), max_length=40, blank=True)
    contact_mobile_e164 = models.CharField(max_length=20, blank=True, default="", editable=False)
    region = DictionaryField("region", _("region"), null=True, blank=True, db_index=False)
    industry = DictionaryField("industry", _("industry"), null=True, blank=True, db_index=False)
    source = DictionaryField("customer_source", _("source"), null=True, blank=True, db_index=False)
    address = models.CharField(_("address"), max_length=200, blank=True)

    need = models.TextField(_("need"), blank=True, max_length=2000)
    budget = money_field(_("budget"), null=True, blank=True)
    timing = DictionaryField(
        "purchase_timing", _("when to buy"), null=True, blank=True, db_index=False
    )
    next_contact_on = models.DateField(_("next contact"), null=True, blank=True)
    last_contact_at = models.DateTimeField(_("last contact"), null=True, editable=False)
    opportunity_name = models.CharField(_("opportunity"), max_length=120, blank=True)
    opportunity_amount = money_field(_("expected amount"), null=True, blank=True)
    remarks = models.TextField(_("remarks"), blank=True, max_length=2000)

    company = models.ForeignKey(
        TargetCompany,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="leads",
        verbose_name=_("from the yellow pages"),
    )
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=LeadState.choices,
        default=LeadState.NEW,
        editable=False,
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    question = models.TextField(_("question of the reviewer"), blank=True, editable=False)
    asked_fields = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, editable=False
    )
    duplicates = models.PositiveSmallIntegerField(
        _("possible duplicates"), default=0, editable=False
    )
    conflict_with = models.ForeignKey(
        Customer,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("owned already"),
    )
    told_apart = ArrayField(models.BigIntegerField(), default=list, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    close_reason = models.CharField(
        _("why it was closed"), max_length=500, blank=True, editable=False
    )
    customer = models.ForeignKey(
        Customer,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="leads",
        verbose_name=_("customer"),
    )
    promotion_key = models.CharField(max_length=80, blank=True, default="", editable=False)

    objects = LeadQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["owner", "next_contact_on"], name="lead_next_contact"),
            models.Index(fields=["state", "-changed_at", "-id"], name="lead_state_changed"),
            models.Index(fields=["name_normal"], name="lead_name_normal"),
            models.Index(fields=["tax_id"], condition=~Q(tax_id=""), name="lead_tax_id"),
            models.Index(fields=["phone_e164"], name="lead_phone"),
            models.Index(fields=["contact_mobile_e164"], name="lead_mobile"),
            models.Index(  # all that counting those to be contacted reads
                fields=["next_contact_on"],
                include=["id", "owner", "department", "budget"],
                condition=Q(*(("state", state) for state in OPEN), _connector=Q.OR),
                name="lead_due",
            ),
            scope_index("lead"),
            *order_indexes(
                "lead",
                "name",
                "contact_name",
                "contact_mobile",
                "region",
                "industry",
                "source",
                "timing",
                "budget",
                "next_contact_on",
                "last_contact_at",
                "state",
                "changed_at",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="lead_budget_not_negative",
                condition=Q(budget=None) | Q(budget__gte=0),
                violation_error_message=_("A budget can't be negative."),
            ),
            models.CheckConstraint(
                name="lead_amount_not_negative",
                condition=Q(opportunity_amount=None) | Q(opportunity_amount__gte=0),
                violation_error_message=_("An amount can't be negative."),
            ),
            models.CheckConstraint(
                name="lead_converted_has_customer",
                condition=Q(customer=None, promotion_key="") & ~Q(state="converted")
                | Q(customer__isnull=False, state="converted") & ~Q(promotion_key=""),
            ),
            models.UniqueConstraint(
                fields=["promotion_key"],
                condition=~Q(promotion_key=""),
                name="lead_promoted_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name
