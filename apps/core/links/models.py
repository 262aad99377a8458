"""Which document was made from which."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class LinkKind(models.TextChoices):
    """What a link says. A copy leaves none."""

    PUSH_DOWN = "push_down", _("Pushed down")


class DocumentLink(models.Model):
    """A target was made from a source, or one line from another; with the quantity taken over.

    Business keys, because a link joins kinds that know nothing of each other; lines by primary
    key."""

    kind = models.CharField(_("kind of link"), max_length=16, choices=LinkKind.choices)
    source = models.CharField(_("source"), max_length=100)
    source_line = models.BigIntegerField(null=True)
    target = models.CharField(pgettext_lazy("link", "target"), max_length=100)
    target_line = models.BigIntegerField(null=True)
    quantity = models.DecimalField(_("quantity"), max_digits=18, decimal_places=4, null=True)
    linked_at = models.DateTimeField(_("linked at"))
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("linked by"),
    )

    class Meta:
        verbose_name = _("link of documents")
        verbose_name_plural = _("links of documents")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_line", "target", "target_line", "kind"],
                name="link_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=~Q(source=F("target")), name="link_to_another"),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(quantity__gt=0),
                name="link_quantity_positive",
            ),
        ]
        indexes = [models.Index(fields=["target", "source"], name="link_back")]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
