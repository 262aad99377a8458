"""What clients may send, field by field. Anything else in a body changes nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from apps.core.api.fields import IdField, JsonObjectField, Row, StateField
from engine.completion import OPINION_LENGTH
from engine.models import Incident, InstanceState

REASON = 500
KEY = 200
MANY = 1000


class Command(serializers.Serializer[Row]):
    """Base of all: a body that is validated and handed to the engine as it is."""

    @classmethod
    def read(cls, data: Any) -> Row:
        """The acceptable body; raises ValidationError."""
        command = cls(data=data)
        command.is_valid(raise_exception=True)
        values: Row = dict(command.validated_data)
        return values


class Seen(Command):
    """A command on a task: `seen_version` is the version its sender saw."""

    seen_version = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=2**31 - 1
    )


class Because(Command):
    """A command with a reason."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=REASON)


class BecauseOf(Command):
    """A command that must give its reason."""

    reason = serializers.CharField(max_length=REASON)


class InstanceFilter(Command):
    """Filters of the list of cases."""

    business_key = serializers.CharField(required=False, max_length=KEY)
    state = StateField(InstanceState, required=False)
    key = serializers.CharField(required=False, max_length=100)
    starter = IdField(required=False)


class Card(Command):
    """What inboxes show of a case."""

    subject = serializers.CharField(required=False, allow_blank=True, max_length=KEY)
    party = serializers.CharField(required=False, allow_blank=True, max_length=KEY)
    amount = serializers.DecimalField(required=False, max_digits=16, decimal_places=2)
    queue = serializers.CharField(required=False, max_length=30)


class StartInstance(Command):
    """Start a process."""

    key = serializers.CharField(max_length=100)
    business_key = serializers.CharField(max_length=KEY)
    variables = serializers.DictField(required=False, default=dict)
    card = Card(required=False)


class Correlate(Command):
    """Give a message to the one case that waits for it."""

    message = serializers.CharField(max_length=100)
    key = serializers.CharField(max_length=KEY, help_text="correlation key")
    payload = serializers.JSONField(required=False, default=None, allow_null=True)


class SetVariables(BecauseOf):
    """Mend the data of a case."""

    variables = serializers.DictField(allow_empty=False)
    scope = serializers.UUIDField(required=False, help_text="a task within the scope; else all")


class Reschedule(Command):
    """Move a waiting timer."""

    task_id = serializers.UUIDField(help_text="of the timer")
    due_at = serializers.DateTimeField()


class Skipped(Command):
    """The result given for a service task that is skipped."""

    process = serializers.CharField(max_length=100)
    element = serializers.CharField(max_length=100)
    result = serializers.JSONField(allow_null=True)


class SkipIncident(Command):
    """Go on without what failed."""

    results = Skipped(many=True, required=False)


class InboxFilter(Command):
    """Which part of an inbox."""

    view = serializers.ChoiceField(("all", "mine", "pool"), required=False, default="all")
    queue = serializers.ListField(child=serializers.CharField(max_length=30), required=False)
    cursor = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=100, default=25)
    snoozed = serializers.BooleanField(
        required=False, default=True, help_text="false: without those put off until later"
    )


class DoneFilter(Command):
    """Which part of what the reader has decided."""

    process = serializers.CharField(required=False, max_length=100, help_text="key of the process")
    decisions = serializers.ListField(
        child=serializers.CharField(max_length=100), required=False, help_text="codes: any of them"
    )
    since = serializers.DateTimeField(required=False, help_text="decided from then on")
    before = serializers.DateTimeField(required=False)
    cursor = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=100, default=25)


def attachments() -> serializers.ListField:
    """Parts of a form in which files come with an opinion."""
    return serializers.ListField(
        child=serializers.FileField(allow_empty_file=True, max_length=1000),
        required=False,
        help_text="files attached to the opinion",
    )


class Complete(Seen):
    """Decide a task."""

    decision = serializers.CharField(required=False, allow_blank=True, max_length=50)
    opinion = serializers.CharField(required=False, allow_blank=True, max_length=OPINION_LENGTH)
    data = serializers.DictField(required=False, default=dict, help_text="fields of the form")


class CompleteWithFiles(Complete):
    """Decide a task, with files. A file that a field of the form asks for is a part of that
    name."""

    data = JsonObjectField(default=dict, help_text="fields of the form")
    attachments = attachments()


class CompleteMany(Command):
    """Decide many tasks alike."""

    tasks = serializers.ListField(child=IdField(), allow_empty=False, max_length=MANY)
    decision = serializers.CharField(required=False, allow_blank=True, max_length=50)
    opinion = serializers.CharField(required=False, allow_blank=True, max_length=OPINION_LENGTH)
    data = serializers.DictField(required=False, default=dict)


class Hand(Seen, Because):
    """Hand a task to somebody."""

    to = IdField()


class Resolve(Seen):
    """Answer a delegated task."""

    opinion = serializers.CharField(required=False, allow_blank=True, max_length=OPINION_LENGTH)


class ResolveWithFiles(Resolve):
    """Answer a delegated task, with files."""

    attachments = attachments()


class AddApprover(Seen, Because):
    """One more approver."""

    user = IdField()
    place = serializers.ChoiceField(("before", "parallel", "after"), required=False)


class Urge(Command):
    """Ask those who have it to hurry."""

    text = serializers.CharField(required=False, allow_blank=True, max_length=REASON)


class SetDates(Seen):
    """Due date, follow-up date, priority; what is missing stays."""

    due_at = serializers.DateTimeField(required=False)
    follow_up_at = serializers.DateTimeField(required=False)
    priority = serializers.IntegerField(required=False, min_value=0, max_value=100)


class SendBack(Seen):
    """Back to an earlier step."""

    to = serializers.UUIDField(help_text="`task_id` of one of `earlier_steps`")
    opinion = serializers.CharField(max_length=OPINION_LENGTH)


class SendBackWithFiles(SendBack):
    """Back to an earlier step, with files."""

    attachments = attachments()


class Deploy(Command):
    """Bring diagrams and tables, all or none."""

    files = serializers.ListField(
        child=serializers.FileField(max_length=120), allow_empty=False, max_length=50
    )
    note = serializers.CharField(required=False, allow_blank=True, max_length=REASON, default="")

    def validate_files(self, files: list[Any]) -> list[Any]:
        """A file is known by its name."""
        if len({file.name for file in files}) < len(files):
            raise serializers.ValidationError(_("Two files have the same name."))
        return files


class StoreFile(Command):
    """A BPMN or DMN file, whether it runs or not."""

    file = serializers.FileField(max_length=120)


class ChangeFile(Command):
    """A command on a stored file: `seen` is the number of the version its sender saw."""

    seen = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class SubmitRequest(Command):
    """A general request."""

    subject = serializers.CharField(max_length=200)
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=Decimal(0))
    text = serializers.CharField(required=False, allow_blank=True, max_length=4000)


class IncidentFilter(Command):
    """Which incidents."""

    state = StateField(Incident.State, required=False, default=Incident.State.OPEN)
