"""What has happened. The trail only grows: see engine/sql/trail.sql for what keeps it so."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from engine.models.runtime import HumanTask, ProcessInstance


class ActivityState(models.IntegerChoices):
    ACTIVE = 1, _("Active")
    COMPLETED = 2, _("Completed")
    CANCELLED = 3, _("Cancelled")
    FAILED = 4, _("Left through its error boundary")


class ActivityInstance(models.Model):
    """One visit to a node of the diagram."""

    instance = models.ForeignKey(
        ProcessInstance, models.CASCADE, related_name="activities", db_constraint=False
    )
    task_id = models.UUIDField()
    scope = models.UUIDField(null=True, help_text=_("the subprocess or call it happened in"))
    process = models.CharField(max_length=100)
    element = models.CharField(max_length=100)
    flow = models.CharField(max_length=100, blank=True, help_text=_("sequence flow taken to it"))
    state = models.PositiveSmallIntegerField(choices=ActivityState.choices)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["task_id"],
                condition=models.Q(ended_at__isnull=True),
                name="engine_activity_active",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.process}/{self.element}"


class VariableValue(models.Model):
    """A variable got a value."""

    instance = models.ForeignKey(
        ProcessInstance, models.CASCADE, related_name="values", db_constraint=False
    )
    scope = models.UUIDField(null=True)
    process = models.CharField(max_length=100)
    element = models.CharField(max_length=100)
    name = models.CharField(max_length=100)
    value = models.JSONField(null=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Decision(models.Model):
    """What a person decided on a human task."""

    task = models.OneToOneField(HumanTask, models.CASCADE, related_name="decided")
    activity = models.UUIDField()
    user = models.BigIntegerField()
    on_behalf_of = models.BigIntegerField(null=True, help_text=_("the principal, for a substitute"))
    code = models.CharField(max_length=50)
    opinion = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["activity"], name="engine_decision_activity")]

    def __str__(self) -> str:
        return f"{self.user} {self.code}"


class TrailEvent(models.TextChoices):
    """What a trail entry tells."""

    STARTED = "instance.started", _("Started")
    COMPLETED = "instance.completed", _("Completed")
    SUSPENDED = "instance.suspended", _("Suspended")
    RESUMED = "instance.resumed", _("Resumed")
    TERMINATED = "instance.terminated", _("Terminated")
    TASK_CREATED = "task.created", _("Asked")
    TASK_CLAIMED = "task.claimed", _("Claimed")
    TASK_UNCLAIMED = "task.unclaimed", _("Put back")
    TASK_ASSIGNED = "task.assigned", _("Assigned")
    TASK_TRANSFERRED = "task.transferred", _("Transferred")
    TASK_DELEGATED = "task.delegated", _("Delegated")
    TASK_RESOLVED = "task.resolved", _("Delegation answered")
    TASK_COMPLETED = "task.completed", _("Decided")
    TASK_FAILED = "task.failed", _("Decision failed")
    TASK_CANCELLED = "task.cancelled", _("No longer asked")
    TASK_REASSIGNED = "task.reassigned", _("Assigned again")
    TASK_RESCHEDULED = "task.rescheduled", _("Dates changed")
    TASK_URGED = "task.urged", _("Urged")
    COPIED = "instance.copied", _("Copy sent")
    CANDIDATE_ADDED = "candidate.added", _("Further candidate")
    APPROVER_ADDED = "approver.added", _("Approver added")
    APPROVER_REMOVED = "approver.removed", _("Approver removed")
    SENT_BACK = "instance.sent_back", _("Sent back")
    TIMER_FIRED = "timer.fired", _("Timer fired")
    TIMER_MOVED = "timer.moved", _("Timer moved")
    MESSAGE_RECEIVED = "message.received", _("Message received")
    MESSAGE_DROPPED = "message.dropped", _("Message without receiver")
    VARIABLES_SET = "variables.set", _("Data edited")
    INCIDENT_OPENED = "incident.opened", _("Incident")
    INCIDENT_RETRIED = "incident.retried", _("Tried again")
    INCIDENT_SKIPPED = "incident.skipped", _("Skipped")
    NOTE = "note", _("Note")


class TrailEntry(models.Model):
    """One thing that happened, chained to the one before it in the instance."""

    instance = models.ForeignKey(
        ProcessInstance, models.PROTECT, related_name="trail", db_index=False
    )
    seq = models.PositiveIntegerField(help_text=_("1, 2, 3 … without gaps within the instance"))
    at = models.DateTimeField()
    actor = models.BigIntegerField(null=True, help_text=_("none: the engine itself"))
    event = models.CharField(max_length=30, choices=TrailEvent.choices)
    process = models.CharField(max_length=100, blank=True)
    element = models.CharField(max_length=100, blank=True)
    task_id = models.UUIDField(null=True)
    data = models.JSONField(default=dict)
    hash = models.BinaryField(help_text=_("SHA-256 of the entry before and this one"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instance", "seq"], name="engine_trail_seq")]

    def __str__(self) -> str:
        return f"{self.instance_id}/{self.seq} {self.event}"


class TrailCheckpoint(models.Model):
    """A signature over all trail entries of transactions closed since the checkpoint before it.

    `line` counts from 1 and grows when an account set is restored: a new chain of checkpoints
    begins there."""

    line = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()
    upto = models.BigIntegerField(help_text=_("entries of transactions below this one are in"))
    entries = models.PositiveIntegerField()
    digest = models.BinaryField(help_text=_("SHA-256 over the entries' hashes, by id"))
    signature = models.BinaryField(help_text=_("HMAC of this row and the one before"))

    def __str__(self) -> str:
        return f"{self.line}/{self.pk}"
