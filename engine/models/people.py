"""Who sees what: sets of users, and counts that never make writers queue."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.Model):
    """An interned set of users: two tasks with the same candidates share one row."""

    digest = models.UUIDField(unique=True, help_text=_("MD5 of the sorted user ids"))
    size = models.PositiveIntegerField()

    def __str__(self) -> str:
        return str(self.pk)


class AudienceMember(models.Model):
    """One user of an audience. Never changes: other members are another audience."""

    audience = models.ForeignKey(Audience, models.CASCADE, related_name="members", db_index=False)
    user = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "audience"], name="engine_member_user")
        ]
        indexes = [models.Index(fields=["audience"], name="engine_member_audience")]

    def __str__(self) -> str:
        return f"{self.user} in {self.audience_id}"


class InboxCount(models.Model):
    """A change of how many open tasks of a queue an audience has; the sum is the count.

    A row is inserted with the step, so no row is hot; the sweeper folds rows of one audience and
    queue into one."""

    audience = models.ForeignKey(Audience, models.CASCADE, db_index=False)
    queue = models.CharField(max_length=30)
    delta = models.IntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["audience", "queue"], include=["delta"], name="engine_inbox_count")
        ]

    def __str__(self) -> str:
        return f"{self.audience_id} {self.queue} {self.delta:+}"
