"""What is running: instances, human tasks, jobs, subscriptions, incidents, and what must leave the
database.

People are user ids without a foreign key: the engine knows them by the protocol in
`engine.organisation`, and nobody is ever deleted. Steps write these tables in one call of the
database function `engine_store` (engine/sql).
"""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engine.models.definitions import ProcessDefinition
from engine.models.people import Audience


class InstanceState(models.IntegerChoices):
    ACTIVE = 1, _("Active")
    SUSPENDED = 2, _("Suspended")
    COMPLETED = 3, _("Completed")
    TERMINATED = 4, _("Terminated")


class ProcessInstance(models.Model):
    """One case. Its row is the lock of everything that belongs to it."""

    definition = models.ForeignKey(ProcessDefinition, models.PROTECT, related_name="instances")
    business_key = models.CharField(max_length=200, help_text=_("what it is about"))
    state = models.PositiveSmallIntegerField(choices=InstanceState.choices)
    exclusive = models.BooleanField(
        default=False, help_text=_("only one such instance may live per business key")
    )
    starter = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_event = models.CharField(max_length=100, blank=True)
    outcome = models.CharField(max_length=100, blank=True)
    version = models.PositiveIntegerField(default=1, help_text=_("grows with every step"))
    card = models.JSONField(default=dict, help_text=_("subject, party, amount, queue"))
    runtime = models.BinaryField(null=True, help_text=_("state of engine.spiff; none once ended"))
    trail_length = models.PositiveIntegerField(default=0)
    trail_head = models.BinaryField(default=b"", help_text=_("hash of the last trail entry"))

    class Meta:
        indexes = [
            models.Index(fields=["business_key"], name="engine_instance_key"),
            models.Index(fields=["starter", "-id"], name="engine_instance_starter"),
            models.Index(
                fields=["definition"],
                condition=Q(state__lte=InstanceState.SUSPENDED),
                name="engine_instance_living",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["business_key"],
                condition=Q(exclusive=True, state__lte=InstanceState.SUSPENDED),
                name="engine_instance_exclusive",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.business_key}"

    @property
    def held(self) -> bool:
        """Whether nothing of it goes on until somebody resumes it."""
        return self.state == InstanceState.SUSPENDED

    @property
    def live(self) -> bool:
        """Whether it runs, or may go on."""
        return self.state <= InstanceState.SUSPENDED


class TaskState(models.IntegerChoices):
    READY = 1, _("Ready")
    RESERVED = 2, _("Reserved")
    WAITING = 3, _("Waiting for its turn")
    COMPLETED = 4, _("Completed")
    CANCELLED = 5, _("Cancelled")
    SUPERSEDED = 6, _("Decided by others")


class HumanTask(models.Model):
    """Something a person is asked to do. Open in the states ready, reserved and waiting.

    `pool` are those who may take it, `audience` those in whose inbox it lies now: the pool while it
    is ready, the assignee once it is reserved, nobody while it waits for its turn or is closed.
    """

    instance = models.ForeignKey(ProcessInstance, models.CASCADE, related_name="tasks")
    task_id = models.UUIDField(unique=True, help_text=_("id in the running process"))
    activity = models.UUIDField(help_text=_("shared by the children of a multi-instance"))
    process = models.CharField(max_length=100)
    element = models.CharField(max_length=100)
    state = models.PositiveSmallIntegerField(choices=TaskState.choices)
    version = models.PositiveIntegerField(default=1)
    queue = models.CharField(max_length=30)
    priority = models.PositiveSmallIntegerField(default=50)
    audience = models.ForeignKey(
        Audience, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    pool = models.ForeignKey(Audience, models.PROTECT, null=True, db_index=False, related_name="+")
    assignee = models.BigIntegerField(null=True)
    owner = models.BigIntegerField(null=True, help_text=_("who delegated it and gets it back"))
    added_by = models.BigIntegerField(null=True, help_text=_("who added this approver"))
    waits_for = models.ForeignKey(
        "self", models.SET_NULL, null=True, db_index=False, related_name="waiting"
    )
    rule = models.JSONField(default=dict, help_text=_("what was asked for, to resolve it again"))
    assignment = models.JSONField(default=dict, help_text=_("user: why this person"))
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    follow_up_at = models.DateTimeField(null=True)
    rank_at = models.DateTimeField(help_text=_("where it stands in an inbox: due, or the far end"))
    ended_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    decision = models.CharField(max_length=50, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    party = models.CharField(max_length=200, blank=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    initiator = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["audience", "rank_at", "id"],
                include=["follow_up_at"],
                condition=Q(audience__isnull=False),
                name="engine_task_inbox",
            ),
            models.Index(
                fields=["audience", "queue", "rank_at", "id"],
                include=["follow_up_at"],
                condition=Q(audience__isnull=False),
                name="engine_task_queue",
            ),
            models.Index(
                fields=["audience", "queue", "follow_up_at"],
                condition=Q(audience__isnull=False, follow_up_at__isnull=False),
                name="engine_task_snoozed",
            ),
            models.Index(
                fields=["decided_by", "-ended_at"],
                condition=Q(decided_by__isnull=False),
                name="engine_task_decided",
            ),
            models.Index(
                fields=["id"],
                condition=Q(state__lte=TaskState.WAITING),
                name="engine_task_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.process}/{self.element}"


class JobKind(models.TextChoices):
    TIMER = "timer", _("Timer")
    MESSAGE = "message", _("Message")
    REASSIGN = "reassign", _("Assign again")
    MAIL = "mail", _("Mail")


RETRIES: Final = 3


class Job(models.Model):
    """Something to do at a time, in a transaction of its own. Gone when done; with no retries left
    it is an incident."""

    kind = models.CharField(max_length=10, choices=JobKind.choices)
    instance = models.ForeignKey(ProcessInstance, models.CASCADE, null=True, related_name="jobs")
    task_id = models.UUIDField(null=True, help_text=_("the waiting timer"))
    process = models.CharField(max_length=100, blank=True)
    element = models.CharField(max_length=100, blank=True)
    payload = models.JSONField(null=True)
    due_at = models.DateTimeField()
    retries = models.PositiveSmallIntegerField(default=RETRIES)
    locked_until = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(retries__gt=0), name="engine_job_due"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_at:%Y-%m-%d %H:%M}"


class EventSubscription(models.Model):
    """A message that an instance waits for."""

    instance = models.ForeignKey(ProcessInstance, models.CASCADE, related_name="subscriptions")
    task_id = models.UUIDField()
    process = models.CharField(max_length=100)
    element = models.CharField(max_length=100)
    name = models.CharField(max_length=100)
    key = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["name", "key"], name="engine_subscription_key")]

    def __str__(self) -> str:
        return f"{self.name} {self.key}"


class Incident(models.Model):
    """A step that could not be taken, waiting for a person: retry, skip, or mend the data. Of no
    instance where a change of people, or a mail of no case, is what failed."""

    class State(models.IntegerChoices):
        OPEN = 1, _("Open")
        RESOLVED = 2, _("Resolved")

    instance = models.ForeignKey(
        ProcessInstance, models.CASCADE, null=True, related_name="incidents"
    )
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="incidents")
    process = models.CharField(max_length=100, blank=True)
    element = models.CharField(max_length=100, blank=True)
    operation = models.CharField(max_length=100, blank=True)
    message = models.TextField()
    cause = models.TextField(blank=True, help_text=_("technical details"))
    state = models.PositiveSmallIntegerField(choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.BigIntegerField(null=True)
    resolution = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["-opened_at"], condition=Q(state=1), name="engine_incident_open"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.message[:80]}"


class OutboxMessage(models.Model):
    """Something that leaves the database after commit: sent at least once, always under the same
    message id."""

    message_id = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=20)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(sent_at__isnull=True), name="engine_outbox_due"
            ),
        ]

    def __str__(self) -> str:
        return self.message_id
