"""Many human tasks decided alike: what was asked for, and what became of each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engine.models.runtime import HumanTask


class BatchPhase(models.IntegerChoices):
    REHEARSING = 1, _("Being checked")
    REHEARSED = 2, _("Checked")
    RUNNING = 3, _("Under way")
    DONE = 4, _("Done")


class RowState(models.IntegerChoices):
    WAITING = 1, _("Waiting")
    PASSES = 2, _("Can be done")
    NEEDS_OPINION = 3, _("Needs an opinion of its own")
    BLOCKED = 4, _("Can't be done")
    DONE = 5, _("Done")
    FAILED = 6, _("Failed")


class Batch(models.Model):
    """One decision upon many tasks. It is rehearsed first; what passes is then decided."""

    user = models.BigIntegerField()
    decision = models.CharField(max_length=50)
    opinion = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    phase = models.PositiveSmallIntegerField(choices=BatchPhase.choices)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, help_text=_("when it was confirmed"))
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], condition=Q(phase__in=[1, 3]), name="engine_batch_under_way"
            ),
            models.Index(fields=["user", "-id"], name="engine_batch_user"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.decision}"


class BatchRow(models.Model):
    """One task of a batch, with the version its user saw.

    `after` says where the case would go or has gone: people asked, step, due date, end event."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rows", db_index=False)
    task = models.ForeignKey(HumanTask, models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()
    seen_version = models.PositiveIntegerField(null=True)
    state = models.PositiveSmallIntegerField(choices=RowState.choices, default=RowState.WAITING)
    alone = models.BooleanField(
        default=False, help_text=_("could not be done among others: to be tried by itself")
    )
    code = models.CharField(max_length=50, blank=True)
    message = models.TextField(blank=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["batch", "state", "position"], name="engine_batch_rows"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["batch", "task"], name="engine_batch_task_once")
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.position}"
