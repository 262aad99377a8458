"""Opportunities, the stages they pass through, and how they did."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import DecimalField, ExpressionWrapper, F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.catalog.fields import money_field, percent_field, price_field, quantity_field
from apps.catalog.models import Product
from apps.core.kinds.choices import Coloured
from apps.core.kinds.columns import described
from apps.core.kinds.models import Line, Record, order_indexes
from apps.core.parameters.models import DictionaryField
from apps.sales.contacts.models import Contact
from apps.sales.customers.models import Customer
from apps.sales.customers.reach import OfCustomerQuerySet

ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)


class OpportunityState(Coloured):
    """Whether an opportunity is still in the funnel. Only `opportunities.services` moves it."""

    OPEN = "open", "blue", pgettext_lazy("opportunities", "Open")
    WON = "won", "green", pgettext_lazy("opportunities", "Won")
    LOST = "lost", "secondary", pgettext_lazy("opportunities", "Lost")


class OpportunityStageQuerySet(models.QuerySet["OpportunityStage"]):
    """Reads of stages."""

    def in_use(self) -> OpportunityStageQuerySet:
        """Those that opportunities may be moved to."""
        return self.filter(active=True)


class OpportunityStage(models.Model):
    """A step of selling. Each account set has its own; their order is the funnel's. A stage that
    isn't active takes no more opportunities; those that stand in it stay."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    win_rate = percent_field(_("win rate (%)"), places=0)
    position = models.PositiveIntegerField(pgettext_lazy("order", "position"), default=0)
    active = models.BooleanField(_("active"), default=True)

    objects = OpportunityStageQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage of opportunities")
        verbose_name_plural = _("stages of opportunities")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="opportunity_stage_win_rate", condition=Q(win_rate__gte=0, win_rate__lte=100)
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands among the others."""
        return self.position, self.pk


class OpportunityQuerySet(OfCustomerQuerySet):
    """Reads of opportunities."""

    def open(self) -> Self:
        """Those in the funnel."""
        return self.filter(state=OpportunityState.OPEN)

    def overdue(self, today: date) -> Self:
        """Open ones that should have been closed before that day."""
        return self.open().filter(expected_on__lt=today)

    def weighted(self) -> Self:
        """Each with `chance` (%) and `weighted_amount`: what is expected times the win rate."""
        money = DecimalField(max_digits=20, decimal_places=4)
        chance = Coalesce(F("win_rate"), F("stage__win_rate"))
        return self.annotate(
            rate=chance,
            weighted_amount=ExpressionWrapper(F("amount") * chance / HUNDRED, money),
        )


class Opportunity(Record):
    """Something that a customer might buy.

    `stage` is the one it stands in, or stood in when it was closed; `furthest` the last one in the
    funnel's order that it ever reached. `win_rate` is the stage's unless somebody knows better."""

    name = models.CharField(_("name"), max_length=120)
    customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        related_name="opportunities",
        db_index=False,
        verbose_name=_("customer"),
    )
    contact = models.ForeignKey(
        Contact,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("contact"),
    )
    stage = models.ForeignKey(
        OpportunityStage,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("stage"),
    )
    amount = money_field(_("expected amount"), default=ZERO)
    win_rate = percent_field(
        _("win rate (%)"),
        places=0,
        null=True,
        blank=True,
        help_text=_("Left empty: the stage's."),
    )
    expected_on = models.DateField(_("expected close"))
    source = DictionaryField("customer_source", _("source"), null=True, blank=True, db_index=False)
    remarks = models.TextField(_("remarks"), blank=True, max_length=2000)

    state = models.CharField(
        _("state"),
        max_length=4,
        choices=OpportunityState.choices,
        default=OpportunityState.OPEN,
        editable=False,
    )
    stage_since = models.DateTimeField(
        _("in this stage since"), default=timezone.now, editable=False
    )
    furthest = models.ForeignKey(
        OpportunityStage,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("furthest stage"),
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    win_reason = DictionaryField(
        "win_reason", _("reason for winning"), null=True, blank=True, editable=False
    )
    loss_reason = DictionaryField(
        "loss_reason", _("reason for losing"), null=True, blank=True, editable=False
    )
    lost_to = models.CharField(_("lost to"), max_length=120, blank=True, editable=False)
    closing_note = models.CharField(_("closing note"), max_length=500, blank=True, editable=False)

    objects = OpportunityQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["state", "stage", "-amount"], name="opportunity_board"),
            models.Index(fields=["owner", "state"], name="opportunity_owner"),
            models.Index(  # all that counting those past their day reads
                fields=["state", "expected_on"],
                include=["id", "owner", "department", "customer"],
                name="opportunity_due",
            ),
            models.Index(fields=["-created_at", "-id"], name="opportunity_created"),
            models.Index(fields=["state", "-changed_at", "-id"], name="opportunity_state_changed"),
            models.Index(  # all that the funnel reads, without the width of the rows
                fields=["owner"],
                include=[
                    *("id", "department", "customer", "state", "stage", "furthest"),
                    *("loss_reason", "amount", "win_rate"),
                ],
                name="opportunity_funnel",
            ),
            *order_indexes(
                "opportunity",
                "name",
                "customer",
                "stage",
                "owner",
                "source",
                "amount",
                "expected_on",
                "state",
                "changed_at",
            ),
        ]
        constraints = [
            models.CheckConstraint(name="opportunity_amount", condition=Q(amount__gte=0)),
            models.CheckConstraint(
                name="opportunity_closed",
                condition=Q(state="open", closed_at=None)
                | (~Q(state="open") & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="opportunity_lost_for_a_reason",
                condition=~Q(state="lost") | Q(loss_reason__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    @described(_("win rate (%)"), "number")
    def chance(self) -> Decimal:
        """In percent: all or nothing once it is closed."""
        if self.state != OpportunityState.OPEN:
            return HUNDRED if self.state == OpportunityState.WON else ZERO
        return self.stage.win_rate if self.win_rate is None else self.win_rate

    @property
    @described(_("weighted amount"), "money")
    def weighted(self) -> Decimal:
        """What is expected, times the win rate."""
        return (self.amount * self.chance / HUNDRED).quantize(Decimal("0.01"))

    @property
    @described(_("days in stage"), "number")
    def days_in_stage(self) -> int:
        """Whole days in the stage it stands in, or stood in when it was closed."""
        return self.days_in_stage_at(timezone.now())

    def days_in_stage_at(self, now: datetime) -> int:
        """The same at a moment."""
        return max(((self.closed_at or now) - self.stage_since).days, 0)

    def is_overdue(self, today: date) -> bool:
        """Whether it should have been closed before that day."""
        return self.state == OpportunityState.OPEN and self.expected_on < today


class Competitor(Line):
    """Somebody else who might sell."""

    document = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="competitors")
    name = models.CharField(_("competitor"), max_length=120)
    strengths = models.CharField(_("strengths"), max_length=200, blank=True)
    price = money_field(_("their price"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta(Line.Meta):
        verbose_name = _("competitor")
        verbose_name_plural = _("competitors")
        constraints = [
            models.CheckConstraint(
                name="competitor_price_not_negative", condition=Q(price=None) | Q(price__gte=0)
            )
        ]

    def __str__(self) -> str:
        return self.name


class OpportunityProduct(Line):
    """A product that the customer might buy, and for how much."""

    document = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="products")
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="+", verbose_name=_("product")
    )
    quantity = quantity_field(_("quantity"), default=ONE)
    price = price_field(
        _("unit price"), null=True, blank=True, help_text=_("Left empty: the standard price.")
    )
    amount = money_field(_("amount"), default=ZERO, editable=False)

    class Meta(Line.Meta):
        verbose_name = _("product of an opportunity")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return f"{self.row}. {self.product}"


class StageEvent(models.TextChoices):
    """What happened to an opportunity."""

    OPENED = "opened", _("Opened")
    MOVED = "moved", _("Moved")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    REOPENED = "reopened", _("Reopened")


class StageChange(models.Model):
    """How an opportunity came into a stage, or out of the last one. Rows are only ever added.

    `from_stage` is the stage that was left, None where it was in none (opened, reopened);
    `to_stage` None where it was closed. `days`: how long it had been in `from_stage`."""

    opportunity = models.ForeignKey(
        Opportunity, on_delete=models.CASCADE, related_name="stage_changes", db_index=False
    )
    event = models.CharField(_("what happened"), max_length=8, choices=StageEvent.choices)
    from_stage = models.ForeignKey(
        OpportunityStage,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("from"),
    )
    to_stage = models.ForeignKey(
        OpportunityStage,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("to"),
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
    )
    days = models.PositiveIntegerField(_("days in stage"), null=True)

    class Meta:
        verbose_name = _("change of stage")
        verbose_name_plural = _("changes of stage")
        ordering = ["at", "pk"]
        indexes = [
            models.Index(
                fields=["from_stage", "days"],
                include=["opportunity"],
                name="stage_change_left",
                condition=Q(from_stage__isnull=False),
            ),
            models.Index(
                fields=["opportunity"], include=["from_stage", "days"], name="stage_change_of"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="stage_change_somewhere",
                condition=Q(from_stage__isnull=False) | Q(to_stage__isnull=False),
            ),
            models.CheckConstraint(
                name="stage_change_days",
                condition=Q(from_stage=None, days=None)
                | Q(from_stage__isnull=False, days__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id}: {self.event}"
