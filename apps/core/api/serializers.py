"""What the API shows. Nothing here is written to; see `commands` for what may be sent."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.core.api.fields import PersonField, StateField
from apps.core.inbox import elements, wording
from engine.models import (
    ActivityInstance,
    BatchPhase,
    HumanTask,
    Incident,
    InstanceState,
    Job,
    ProcessInstance,
    RowState,
    TaskState,
)
from engine.models.history import ActivityState


class DefinitionSerializer(serializers.Serializer[Any]):
    """A version of a process."""

    key = serializers.CharField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    checksum = serializers.CharField()
    suspended = serializers.BooleanField(help_text="nothing new starts")
    deployed_at = serializers.DateTimeField(source="deployment.deployed_at")
    deployed_by = PersonField(source="deployment.deployed_by")
    source = serializers.CharField(source="deployment.source", help_text="shipped or admin")


class FileSerializer(serializers.Serializer[Any]):
    """A file of a definition, as it was deployed."""

    name = serializers.CharField()
    key = serializers.CharField(help_text="id of the process or decision in it")
    checksum = serializers.CharField(help_text="SHA-256 of the bytes")
    url = serializers.URLField(help_text="the bytes")


class DefinitionDetailSerializer(DefinitionSerializer):
    """A version of a process with its files."""

    files = FileSerializer(many=True)


class DeployedSerializer(serializers.Serializer[Any]):
    """What a deployment did, by key."""

    made = serializers.ListField(
        child=serializers.DictField(), help_text="new versions: key, version"
    )
    changed = serializers.ListField(child=serializers.CharField(), help_text="files taken")
    unchanged = serializers.ListField(child=serializers.CharField())
    kept = serializers.ListField(
        child=serializers.CharField(), help_text="shipped, but changed by an administrator"
    )


class StoredFileSerializer(serializers.Serializer[Any]):
    """The newest version of a stored file."""

    id = serializers.IntegerField(source="file_id")
    name = serializers.CharField(source="file.name")
    key = serializers.CharField(source="file.key", help_text="id of the first process or decision")
    title = serializers.CharField(source="file.title")
    version = serializers.IntegerField(source="number")
    checksum = serializers.CharField(help_text="SHA-256 of the bytes")
    origin = serializers.CharField(help_text="uploaded, repaired or restored")
    made_at = serializers.DateTimeField()
    made_by = PersonField()
    deployed = serializers.SerializerMethodField()

    def get_deployed(self, version: Any) -> bool:
        """Whether this version has been deployed."""
        return version.deployment_id is not None


class JudgedFileSerializer(StoredFileSerializer):
    """A stored file with what the linter says of it."""

    runs = serializers.BooleanField(help_text="it may be deployed")
    findings = serializers.ListField(
        child=serializers.DictField(),
        help_text="code, verdict, line, element, message, repair",
    )


class InstanceSerializer(serializers.Serializer[Any]):
    """A case."""

    id = serializers.IntegerField()
    key = serializers.CharField(source="definition.key")
    version = serializers.IntegerField(source="definition.version")
    name = serializers.SerializerMethodField()
    business_key = serializers.CharField()
    state = StateField(InstanceState)
    starter = PersonField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    end_event = serializers.CharField()
    outcome = serializers.CharField()
    card = serializers.DictField(help_text="subject, party, amount, queue")

    def get_name(self, row: ProcessInstance) -> str:
        return elements.process_label(row.definition)


class WaitingSerializer(serializers.Serializer[Any]):
    """What a case waits for."""

    task = serializers.IntegerField(source="task.pk")
    step = serializers.CharField()
    people = serializers.ListField(child=serializers.CharField())
    since = serializers.DateTimeField(source="task.created_at")
    due_at = serializers.DateTimeField(source="task.due_at", allow_null=True)
    behind = serializers.CharField(help_text="who decides first, where it waits for its turn")
    then = serializers.CharField(help_text="what the next timer does")


class InstanceDetailSerializer(InstanceSerializer):
    """A case with what it waits for."""

    waiting = WaitingSerializer(many=True)


class ResultSerializer(serializers.Serializer[Any]):
    """What a command did to a case."""

    instance = serializers.IntegerField()
    state = StateField(InstanceState)
    opened = serializers.ListField(child=serializers.IntegerField(), help_text="human tasks made")
    end_event = serializers.CharField()
    outcome = serializers.CharField()


class VariableSerializer(serializers.Serializer[Any]):
    """A variable got a value."""

    name = serializers.CharField()
    value = serializers.JSONField(allow_null=True)
    at = serializers.DateTimeField()
    scope = serializers.UUIDField(allow_null=True)
    process = serializers.CharField()
    element = serializers.CharField()


class PlacedSerializer(serializers.Serializer[Any]):
    """Something at a step of a diagram. The context has the `instance`."""

    process = serializers.CharField()
    element = serializers.CharField()
    name = serializers.SerializerMethodField()

    def get_name(self, row: ActivityInstance | Job | Incident) -> str:
        return elements.element_label(self.context["instance"], row.process, row.element)


class ActivitySerializer(PlacedSerializer):
    """One visit to a node of the diagram; `flow` is the sequence flow taken to it."""

    id = serializers.IntegerField()
    task_id = serializers.UUIDField()
    scope = serializers.UUIDField(allow_null=True)
    type = serializers.SerializerMethodField()
    flow = serializers.CharField()
    state = StateField(ActivityState)
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)

    def get_type(self, row: ActivityInstance) -> str:
        found = elements.find_element(self.context["instance"], row.process, row.element)
        return found.type if found else ""


class TimerSerializer(PlacedSerializer):
    """A timer that waits; `task_id` names it for `reschedule`."""

    task_id = serializers.UUIDField()
    due_at = serializers.DateTimeField()
    retries = serializers.IntegerField()


class IncidentSerializer(serializers.Serializer[Any]):
    """What could not be done."""

    id = serializers.IntegerField()
    instance = serializers.IntegerField(
        source="instance_id",
        allow_null=True,
        help_text="null: a change of people, or a mail that belongs to no case",
    )
    business_key = serializers.CharField(source="instance.business_key", allow_null=True)
    process = serializers.CharField()
    element = serializers.CharField()
    operation = serializers.CharField()
    message = serializers.CharField()
    cause = serializers.CharField(help_text="technical details")
    state = StateField(Incident.State)
    opened_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolved_by = PersonField()
    resolution = serializers.CharField()


class SentFileSerializer(serializers.Serializer[Any]):
    """A file that came with a decision; `attachments/{id}/content/` gives it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    type = serializers.CharField()
    size = serializers.IntegerField(help_text="bytes")
    sha256 = serializers.CharField()


class TrailSerializer(serializers.Serializer[Any]):
    """An entry of the trail: as it was written, and as a sentence."""

    seq = serializers.IntegerField(source="entry.seq")
    at = serializers.DateTimeField()
    event = serializers.CharField(source="entry.event")
    actor = PersonField(source="entry.actor")
    on_behalf_of = serializers.CharField(source="for_whom")
    what = serializers.CharField()
    step = serializers.CharField(source="place")
    said = serializers.CharField(help_text="opinion or reason, word for word")
    files = SentFileSerializer(many=True)
    process = serializers.CharField(source="entry.process")
    element = serializers.CharField(source="entry.element")
    task_id = serializers.UUIDField(source="entry.task_id", allow_null=True)
    data = serializers.DictField(source="entry.data")
    hash = serializers.SerializerMethodField(help_text="hex SHA-256, chained")

    def get_hash(self, row: Any) -> str:
        return bytes(row.entry.hash).hex()


class TaskSerializer(serializers.Serializer[Any]):
    """A human task as a line of an inbox. `version` is what commands send back as
    `seen_version`."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    instance = serializers.IntegerField(source="instance_id")
    business_key = serializers.CharField(source="instance.business_key")
    key = serializers.CharField(source="instance.definition.key")
    process = serializers.CharField()
    element = serializers.CharField()
    step = serializers.SerializerMethodField()
    queue = serializers.CharField()
    queue_label = serializers.SerializerMethodField()
    state = StateField(TaskState)
    priority = serializers.IntegerField()
    subject = serializers.CharField()
    party = serializers.CharField()
    amount = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True)
    initiator = PersonField()
    assignee = PersonField()
    owner = PersonField(help_text="who delegated it and gets it back")
    created_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    follow_up_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    decided_by = PersonField()
    decision = serializers.CharField()

    def get_step(self, row: HumanTask) -> str:
        return elements.element_label(row.instance, row.process, row.element)

    def get_queue_label(self, row: HumanTask) -> str:
        return wording.queue_label(row.queue)


class OfferSerializer(serializers.Serializer[Any]):
    """A decision that a task offers."""

    code = serializers.CharField()
    label = serializers.CharField()
    needs_opinion = serializers.BooleanField()


class FormFieldSerializer(serializers.Serializer[Any]):
    """A field of a task form."""

    name = serializers.CharField()
    label = serializers.CharField()
    type = serializers.CharField(help_text="text, decimal, integer, boolean, date, choice …")
    required = serializers.BooleanField()
    many = serializers.BooleanField()
    help_text = serializers.CharField()
    initial = serializers.JSONField(allow_null=True)
    choices = serializers.ListField(
        child=serializers.DictField(), allow_null=True, help_text="value, label"
    )


class StepBackSerializer(serializers.Serializer[Any]):
    """An earlier step to which `send-back` can lead."""

    task_id = serializers.UUIDField()
    step = serializers.CharField()


class TaskDetailSerializer(TaskSerializer):
    """A human task with what its reader may do."""

    why = serializers.CharField(help_text="why the reader is asked; empty for others")
    asked = serializers.ListField(child=PersonField(), help_text="who has it, or could take it")
    may_act = serializers.BooleanField(help_text="it lies in the reader's inbox now")
    decisions = OfferSerializer(many=True)
    form = FormFieldSerializer(
        many=True, help_text="what `complete` takes as `data`; a file as a part of its name"
    )
    earlier_steps = StepBackSerializer(many=True)
    waits_for = serializers.IntegerField(source="waits_for_id", allow_null=True)


class TaskPageSerializer(serializers.Serializer[Any]):
    """A page of an inbox, the most urgent first."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = TaskSerializer(many=True)


class CountsSerializer(serializers.Serializer[Any]):
    """How much waits for the reader."""

    total = serializers.IntegerField()
    to_claim = serializers.IntegerField()
    queues = serializers.DictField(child=serializers.IntegerField())


class AfterSerializer(serializers.Serializer[Any]):
    """Where a decision has led: whom the case asks next, where and until when; or how it ended."""

    people = serializers.ListField(child=serializers.IntegerField())
    process = serializers.CharField()
    element = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True)
    end_event = serializers.CharField()


class OutcomeSerializer(serializers.Serializer[Any]):
    """What became of one task of many: where it led, or a problem."""

    task = serializers.IntegerField()
    state = StateField(RowState)
    after = AfterSerializer(allow_null=True)
    problem = serializers.DictField(allow_null=True)


class BatchSerializer(serializers.Serializer[Any]):
    """What became of many tasks."""

    batch = serializers.IntegerField(
        allow_null=True, help_text="names the batch in the trails; none where there was no task"
    )
    phase = StateField(BatchPhase)
    waiting = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    outcomes = OutcomeSerializer(many=True)
