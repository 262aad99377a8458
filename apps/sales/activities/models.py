"""Activities: planned, then done or cancelled; what a superior says about them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.kinds.choices import Coloured
from apps.core.kinds.columns import described
from apps.core.kinds.models import Record, order_indexes, scope_index
from apps.core.parameters.models import DictionaryField
from apps.sales.companies.models import TargetCompany
from apps.sales.contacts.models import Contact
from apps.sales.customers.models import Customer
from apps.sales.customers.reach import OfCustomerQuerySet
from apps.sales.leads.models import Lead
from apps.sales.opportunities.models import Opportunity

CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""So much later may a clock be that tells when something took place."""


class ActivityState(Coloured):
    """How far an activity has come."""

    PLANNED = "planned", "blue", _("Planned")
    DONE = "done", "green", _("Done")
    CANCELLED = "cancelled", "secondary", _("Cancelled")


class Review(Coloured):
    """How far the approval of one that is done has come, where the parameter asks for it."""

    WAITING = "waiting", "blue", _("Waiting for approval")
    RETURNED = "returned", "yellow", pgettext_lazy("state", "Sent back")
    REJECTED = "rejected", "red", _("Rejected")
    APPROVED = "approved", "green", _("Approved")


class ActivityQuerySet(OfCustomerQuerySet):
    """Reads of activities."""

    def planned(self) -> Self:
        """What is still to be done."""
        return self.filter(state=ActivityState.PLANNED)

    def overdue(self, now: datetime) -> Self:
        """What should have been done on a day before this one."""
        return self.planned().filter(planned_at__lt=_midnight(now))


def _midnight(now: datetime) -> datetime:
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


class SalesActivity(Record):
    """Something done with a company, a lead, a customer or about an opportunity.

    What it is about is filled up from what is known: the customer of an opportunity or a contact.
    `done_at` is when it took place; `follows` the activity that ended with planning this one."""

    kind = DictionaryField("activity_kind", _("kind of activity"), db_index=False)
    subject = models.CharField(_("subject"), max_length=200)
    planned_at = models.DateTimeField(_("planned for"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    company = models.ForeignKey(
        TargetCompany,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="activities",
        verbose_name=_("yellow-page company"),
    )
    lead = models.ForeignKey(
        Lead,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="activities",
        verbose_name=_("lead"),
    )
    customer = models.ForeignKey(
        Customer,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="activities",
        verbose_name=_("customer"),
    )
    opportunity = models.ForeignKey(
        Opportunity,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="activities",
        verbose_name=_("opportunity"),
    )
    contact = models.ForeignKey(
        Contact,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="activities",
        verbose_name=_("contact"),
    )
    state = models.CharField(
        _("state"),
        max_length=9,
        choices=ActivityState.choices,
        default=ActivityState.PLANNED,
        editable=False,
    )
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    outcome = models.TextField(_("outcome"), blank=True, max_length=4000)
    next_step = models.CharField(_("next step"), max_length=400, blank=True)
    cancel_reason = models.CharField(
        _("reason for cancelling"), max_length=400, blank=True, editable=False
    )
    review = models.CharField(
        _("approval"), max_length=8, choices=Review.choices, blank=True, default="", editable=False
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    follows = models.ForeignKey(
        "self",
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="followers",
        verbose_name=_("follows"),
    )
    remarks = models.TextField(_("remarks"), blank=True, max_length=2000)

    objects = ActivityQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("sales activity")
        verbose_name_plural = _("sales activities")
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["-planned_at", "-id"], name="activity_planned"),
            models.Index(fields=["owner", "-planned_at"], name="activity_owner"),
            models.Index(fields=["company", "-planned_at"], name="activity_company"),
            models.Index(fields=["lead", "-planned_at"], name="activity_lead"),
            models.Index(fields=["customer", "-planned_at"], name="activity_customer"),
            models.Index(fields=["opportunity", "-planned_at"], name="activity_opportunity"),
            models.Index(
                fields=["owner", "planned_at"],
                condition=Q(state="planned"),
                name="activity_due",
            ),
            models.Index(fields=["state", "-planned_at", "-id"], name="activity_state_planned"),
            scope_index("activity", "state", "customer"),
            *order_indexes("activity", "kind", "subject", "state"),
        ]
        constraints = [
            models.CheckConstraint(
                name="activity_about",
                condition=Q(company__isnull=False)
                | Q(lead__isnull=False)
                | Q(customer__isnull=False),
                violation_error_message=_("Say what it is about."),
            ),
            models.CheckConstraint(
                name="activity_ends_after_it_begins",
                condition=Q(ends_at=None) | Q(ends_at__gte=F("planned_at")),
                violation_error_message=_("It ends before it begins."),
            ),
            models.CheckConstraint(
                name="activity_done_at",
                condition=Q(state="done", done_at__isnull=False)
                | (~Q(state="done") & Q(done_at=None)),
            ),
            models.CheckConstraint(
                name="activity_review_of_done", condition=Q(review="") | Q(state="done")
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    @described(_("with"))
    def party(self) -> Any:
        """With whom: the customer, else the lead, else the company."""
        return self.customer or self.lead or self.company or ""


class ActivityComment(models.Model):
    """What somebody says about an activity: its owner's superior, or the owner in answer."""

    activity = models.ForeignKey(SalesActivity, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(_("comment"), max_length=2000)

    class Meta:
        verbose_name = _("comment on an activity")
        verbose_name_plural = _("comments on activities")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:50]
