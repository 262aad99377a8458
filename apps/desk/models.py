"""What the approval center keeps for each of its users."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from engine.completion import OPINION_LENGTH
from engine.models import HumanTask


class OpinionDraft(models.Model):
    """An opinion that has been typed and not yet sent."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    task = models.ForeignKey(HumanTask, models.CASCADE, related_name="+")
    text = models.TextField(max_length=OPINION_LENGTH)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "task"], name="opinion_draft_once")]

    def __str__(self) -> str:
        return self.text[:50]


class Phrase(models.Model):
    """Something that is often said (常用语): one's own, or without an owner the firm's."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    text = models.CharField(_("phrase"), max_length=200)

    class Meta:
        verbose_name = _("phrase")
        verbose_name_plural = _("phrases")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "text"], name="phrase_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.text


class Sighting(models.Model):
    """What somebody has seen of a document, and what they saw of the version before that.

    The version before is what the present one is compared with: looking at it twice doesn't make
    its changes old. Deciding does."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    business_key = models.CharField(max_length=200)
    snapshot = models.JSONField()
    seen_at = models.DateTimeField()
    decision = models.CharField(max_length=50, blank=True)
    before = models.JSONField(null=True)
    before_at = models.DateTimeField(null=True)
    before_decision = models.CharField(max_length=50, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "business_key"], name="sighting_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.business_key}"
