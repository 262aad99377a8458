"""Companies of the yellow pages, and who has claimed them when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.access.rights import Rights
from apps.core.kinds.choices import Coloured
from apps.core.kinds.columns import described
from apps.core.kinds.models import Record, RecordQuerySet, order_indexes, scope_index
from apps.core.parameters.models import DictionaryField


class CompanyState(Coloured):
    """How far a company has come. Only the services of companies move it."""

    UNCLAIMED = "unclaimed", "secondary", pgettext_lazy("company", "Unclaimed")
    CLAIMED = "claimed", "blue", pgettext_lazy("company", "Claimed")
    PROMOTED = "promoted", "green", pgettext_lazy("company", "Promoted")
    VOID = "void", "secondary", pgettext_lazy("company", "Void")


HELD = (CompanyState.CLAIMED, CompanyState.PROMOTED)
"""States in which a company belongs to whoever claimed it."""


class CompanyQuerySet(RecordQuerySet):
    """Reads of companies."""

    def reasons(self, rights: Rights) -> Sequence[Q]:
        """What nobody has claimed comes first: that is most of them."""
        return super().reasons(rights)[::-1]

    def reasons_beside_scope(self, rights: Rights) -> Sequence[Q]:
        """What nobody has claimed is there for everyone who may look."""
        return (Q(state=CompanyState.UNCLAIMED),)

    def held_by(self, user: int) -> Self:
        """What somebody has claimed and not promoted: what the quota counts."""
        return self.filter(owner=user, state=CompanyState.CLAIMED)

    def silent_since(self, moment: datetime) -> Self:
        """Claimed, and without contact since then; never heard of counts from the claim on."""
        return (
            self.filter(state=CompanyState.CLAIMED)
            .alias(heard_at=HEARD_AT)
            .filter(heard_at__lt=moment)
        )


HEARD_AT = Greatest("claimed_at", Coalesce("last_contact_at", "claimed_at"))
"""From when on the silence of a claimed company is counted."""


class TargetCompany(Record):
    """A firm of the yellow pages. While it is unclaimed, `owner` is whoever had it last.

    `recycle_at` is when a company that stays silent goes back, once its owner was warned."""

    name = models.CharField(_("name"), max_length=120)
    name_normal = models.CharField(max_length=120, editable=False)
    tax_id = models.CharField(_("tax id"), max_length=20, blank=True)
    contact_name = models.CharField(_("contact"), max_length=60, blank=True)
    contact_position = models.CharField(_("position"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    phone_e164 = models.CharField(max_length=20, blank=True, default="", editable=False)
    region = DictionaryField("region", _("region"), null=True, blank=True, db_index=False)
    industry = DictionaryField("industry", _("industry"), null=True, blank=True, db_index=False)
    source = DictionaryField("customer_source", _("source"), null=True, blank=True, db_index=False)
    address = models.CharField(_("address"), max_length=200, blank=True)
    website = models.URLField(_("website"), blank=True)
    batch = models.CharField(_("batch"), max_length=60, blank=True)
    remarks = models.TextField(_("remarks"), blank=True, max_length=2000)

    state = models.CharField(
        _("state"),
        max_length=9,
        choices=CompanyState.choices,
        default=CompanyState.UNCLAIMED,
        editable=False,
    )
    claimed_at = models.DateTimeField(_("claimed at"), null=True, editable=False)
    promoted_at = models.DateTimeField(_("promoted at"), null=True, editable=False)
    last_contact_at = models.DateTimeField(_("last contact"), null=True, editable=False)
    recycle_at = models.DateTimeField(_("goes back at"), null=True, editable=False)
    void_reason = models.CharField(_("why it is void"), max_length=500, blank=True, editable=False)

    objects = CompanyQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("yellow-page company")
        verbose_name_plural = _("yellow pages")
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["name_normal"], name="company_name_normal"),
            models.Index(fields=["phone_e164"], condition=~Q(phone_e164=""), name="company_phone"),
            models.Index(fields=["owner"], condition=Q(state="claimed"), name="company_held"),
            models.Index(
                Greatest("claimed_at", Coalesce("last_contact_at", "claimed_at")),
                condition=Q(state="claimed"),
                name="company_silent",
            ),
            models.Index(fields=["-changed_at", "-id"], name="company_changed"),
            models.Index(fields=["state", "-changed_at", "-id"], name="company_state"),
            models.Index(fields=["batch"], condition=~Q(batch=""), name="company_batch"),
            scope_index("company", "state"),
            *order_indexes(
                "company",
                "name",
                "contact_name",
                "phone",
                "region",
                "industry",
                "source",
                "claimed_at",
                "last_contact_at",
                "state",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tax_id"],
                condition=~Q(tax_id=""),
                name="company_tax_id_once",
                violation_error_message=_("Another company has this tax id."),
            ),
            models.CheckConstraint(
                name="company_claimed_at",
                condition=Q(state__in=["claimed", "promoted"], claimed_at__isnull=False)
                | Q(state__in=["unclaimed", "void"], claimed_at=None),
            ),
            models.CheckConstraint(
                name="company_promoted_at",
                condition=Q(state="promoted", promoted_at__isnull=False)
                | (~Q(state="promoted") & Q(promoted_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    @described(_("claimed by"))
    def holder(self) -> str:
        """Whoever has it now; "" while nobody has."""
        return str(self.owner) if self.is_owned else ""

    @property
    def is_owned(self) -> bool:
        return self.state in HELD


class Ending(models.TextChoices):
    """How somebody's claim ended."""

    RELEASED = "released", pgettext_lazy("claim", "Released")
    RECYCLED = "recycled", pgettext_lazy("claim", "Taken back after silence")
    HANDED_OVER = "handed_over", pgettext_lazy("claim", "Handed over")
    REOPENED = "reopened", pgettext_lazy("claim", "Back from the leads")
    VOID = "void", pgettext_lazy("claim", "Made void")


class CompanyClaim(models.Model):
    """Somebody has, or had, a company. One is open at a time, and while it is held only."""

    company = models.ForeignKey(TargetCompany, on_delete=models.CASCADE, related_name="claims")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField(_("claimed at"))
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ending = models.CharField(_("ending"), max_length=11, choices=Ending.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["user", "claimed_at"], name="claim_of_user")]
        constraints = [
            models.UniqueConstraint(
                fields=["company"], condition=Q(ended_at=None), name="claim_open_once"
            ),
            models.CheckConstraint(
                name="claim_ended",
                condition=Q(ended_at=None, ending="") | (Q(ended_at__isnull=False) & ~Q(ending="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company_id}: {self.user_id}"
