"""Requests for presales support."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.access.rights import Rights
from apps.core.kinds.choices import Coloured
from apps.core.kinds.models import Record
from apps.core.parameters.models import DictionaryField
from apps.sales.contacts.models import Contact
from apps.sales.customers.models import Customer
from apps.sales.customers.reach import OfCustomerQuerySet
from apps.sales.opportunities.models import Opportunity


class PresalesState(Coloured):
    """How far a request has come. Only its process moves it (`presales.operations`)."""

    DRAFT = "draft", "secondary", pgettext_lazy("presales", "Draft")
    WAITING = "waiting", "yellow", pgettext_lazy("presales", "Waiting for an engineer")
    ASSIGNED = "assigned", "blue", pgettext_lazy("presales", "Assigned")
    ACCEPTED = "accepted", "blue", pgettext_lazy("presales", "Being worked on")
    DONE = "done", "green", pgettext_lazy("presales", "Done")
    DECLINED = "declined", "red", pgettext_lazy("presales", "Declined")
    CANCELLED = "cancelled", "secondary", pgettext_lazy("presales", "Cancelled")


UNDER_WAY = (PresalesState.WAITING, PresalesState.ASSIGNED, PresalesState.ACCEPTED)


class PresalesQuerySet(OfCustomerQuerySet):
    """Reads of requests."""

    def reasons_beside_scope(self, rights: Rights) -> Sequence[Q]:
        """Also those that one is or was the engineer of."""
        return (Q(engineer=rights.user), *super().reasons_beside_scope(rights))


class PresalesRequest(Record):
    """What a customer wants to know that whoever sells can't tell: a solution, a demonstration, a
    survey on the spot. Its engineer is found by the process."""

    number = models.CharField(_("number"), max_length=40, unique=True, editable=False)
    date = models.DateField(_("document date"), default=timezone.localdate)
    subject = models.CharField(_("subject"), max_length=200)
    support = DictionaryField("presales_support", _("kind of support"))
    customer = models.ForeignKey(
        Customer,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="presales_requests",
        verbose_name=_("customer"),
    )
    opportunity = models.ForeignKey(
        Opportunity,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="presales_requests",
        verbose_name=_("opportunity"),
    )
    contact = models.ForeignKey(
        Contact,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("contact"),
    )
    need = models.TextField(_("technical need"), max_length=4000)
    wanted_at = models.DateTimeField(_("wanted for"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    state = models.CharField(
        _("state"),
        max_length=9,
        choices=PresalesState.choices,
        default=PresalesState.DRAFT,
        editable=False,
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    engineer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("engineer"),
    )
    accepted_at = models.DateTimeField(_("accepted at"), null=True, editable=False)
    done_at = models.DateTimeField(_("done at"), null=True, editable=False)
    hours = models.DecimalField(
        _("hours"), max_digits=5, decimal_places=1, null=True, editable=False
    )
    result = models.TextField(_("result"), blank=True, max_length=4000, editable=False)
    closing_note = models.CharField(_("why it ended"), max_length=2000, blank=True, editable=False)
    remarks = models.TextField(_("remarks"), blank=True, max_length=2000)

    objects = PresalesQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("presales support request")
        verbose_name_plural = _("presales support requests")
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["-date", "-id"], name="presales_date"),
            models.Index(fields=["engineer", "state"], name="presales_engineer"),
            models.Index(fields=["owner"], name="presales_owner"),
        ]
        constraints = [
            models.CheckConstraint(
                name="presales_customer",
                condition=Q(customer__isnull=False),
                violation_error_message=_("Say for which customer or opportunity."),
            ),
            models.CheckConstraint(
                name="presales_engineer_known",
                condition=~Q(state__in=["assigned", "accepted", "done"])
                | Q(engineer__isnull=False),
            ),
            models.CheckConstraint(name="presales_hours", condition=Q(hours=None) | Q(hours__gt=0)),
        ]

    def __str__(self) -> str:
        return self.number


class PresalesRefusal(models.Model):
    """An engineer who was asked and said no; not asked again for this request."""

    request = models.ForeignKey(PresalesRequest, on_delete=models.CASCADE, related_name="refusals")
    engineer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    reason = models.CharField(max_length=2000)

    class Meta:
        verbose_name = _("refusal of an engineer")
        verbose_name_plural = _("refusals of engineers")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "engineer"], name="presales_refused_once")
        ]

    def __str__(self) -> str:
        return self.reason[:50]
