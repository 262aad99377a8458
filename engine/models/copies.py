"""Cases that were shown to somebody (抄送)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engine.models.runtime import ProcessInstance


class Copy(models.Model):
    """A case in the list of somebody who need not decide it; sent again, it is unread again."""

    instance = models.ForeignKey(ProcessInstance, models.CASCADE, related_name="copies")
    user = models.BigIntegerField()
    sent_by = models.BigIntegerField(null=True)
    sent_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-sent_at", "-id"], name="engine_copy_user"),
            models.Index(
                fields=["user"], condition=Q(read_at__isnull=True), name="engine_copy_unread"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["instance", "user"], name="engine_copy_once")
        ]
        verbose_name = _("copy")

    def __str__(self) -> str:
        return f"{self.instance_id} to {self.user}"
