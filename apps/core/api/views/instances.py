"""Cases: what runs, what has happened, and how it is steered."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api import commands, serializers
from apps.core.api.fields import with_names
from apps.core.api.pages import KeysetPagination, NewestFirst
from apps.core.api.permissions import Right
from apps.core.api.views.base import ID, Area, answer
from apps.core.inbox import looking, trail
from apps.core.inbox.visibility import find_instance, listed_instances
from apps.core.operating import mend
from engine import instances, pictures
from engine.models import (
    ActivityInstance,
    Incident,
    Job,
    JobKind,
    ProcessInstance,
    TrailEntry,
    VariableValue,
)
from engine.trail import plain

FILTERS = {
    "business_key": "business_key",
    "state": "state",
    "key": "definition__key",
    "starter": "starter",
}


class InstanceViews(Area):
    """Cases that the reader may see: their own, those they are or were asked about; all of them
    for administrators."""

    area = "instances"
    pagination_class = NewestFirst
    rights = {
        "list": Right.MEMBER,
        "retrieve": Right.MEMBER,
        "variables": Right.MEMBER,
        "history": Right.MEMBER,
        "activities": Right.MEMBER,
        "timers": Right.MEMBER,
        "trail": Right.MEMBER,
        "withdraw": Right.MEMBER,  # the engine asks for the initiator
        "create": Right.OPERATE,
        "set_variables": Right.OPERATE,
        "incidents": Right.OVERSEE,
        "suspend": Right.OPERATE,
        "resume": Right.OPERATE,
        "terminate": Right.OPERATE,
        "reschedule": Right.OPERATE,
    }

    def find(self, instance: str) -> ProcessInstance:
        """The case of the address."""
        return find_instance(self.viewer, int(instance))

    @extend_schema(
        parameters=[commands.InstanceFilter], responses=serializers.InstanceSerializer(many=True)
    )
    def list(self, request: Request) -> Response:
        """Cases that the reader submitted, decided or is asked about (administrators: all), the
        latest first."""
        wanted = self.query(commands.InstanceFilter)
        found = listed_instances(self.viewer).filter(
            **{FILTERS[name]: value for name, value in wanted.items()}
        )
        rows = self.paginate_queryset(found) or []
        context = with_names(row.starter for row in rows)
        shown = serializers.InstanceSerializer(rows, many=True, context=context)
        return self.get_paginated_response(shown.data)

    @extend_schema(parameters=[ID], responses=serializers.InstanceDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """A case, and what it waits for."""
        found = self.find(pk)
        found.waiting = looking.waiting(found)  # type: ignore[attr-defined]
        context = with_names([found.starter])
        return Response(serializers.InstanceDetailSerializer(found, context=context).data)

    @extend_schema(request=commands.StartInstance, responses={201: serializers.ResultSerializer})
    def create(self, request: Request) -> Response:
        """Start a process with any variables. For operators: people start cases through the
        documents they belong to, which say who the initiator is."""
        result = instances.start(**self.body(commands.StartInstance), starter=self.user)
        return answer(result, status=201)

    # --- what it is like --------------------------------------------------------------------------
    @extend_schema(parameters=[ID], responses={(200, "application/json"): {"type": "object"}})
    @action(detail=True)
    def variables(self, request: Request, pk: str) -> Response:
        """The variables of the top process, by name; decimals and dates as text."""
        return Response(plain(pictures.variables(self.find(pk))))

    @extend_schema(
        parameters=[ID],
        request=commands.SetVariables,
        responses=serializers.ResultSerializer,
    )
    @variables.mapping.post
    def set_variables(self, request: Request, pk: str) -> Response:
        """Mend the data of a running case. A value keeps its type, also inside of lists and
        objects: decimals and dates come as text, as `variables` shows them."""
        body = self.body(commands.SetVariables)
        result = mend(
            self.find(pk).pk,
            body["variables"],
            by=self.user,
            reason=body["reason"],
            scope=str(body.get("scope", "")),
        )
        return answer(result)

    @extend_schema(parameters=[ID], responses=serializers.VariableSerializer(many=True))
    @action(detail=True, url_path="variables/history", pagination_class=KeysetPagination)
    def history(self, request: Request, pk: str) -> Response:
        """Every value that a variable got, in order."""
        rows = self.paginate_queryset(VariableValue.objects.filter(instance=self.find(pk)))
        return self.get_paginated_response(serializers.VariableSerializer(rows, many=True).data)

    @extend_schema(parameters=[ID], responses=serializers.ActivitySerializer(many=True))
    @action(detail=True, pagination_class=KeysetPagination)
    def activities(self, request: Request, pk: str) -> Response:
        """The path taken: every visit to a node, with the sequence flow that led to it."""
        found = self.find(pk)
        rows = self.paginate_queryset(ActivityInstance.objects.filter(instance=found))
        shown = serializers.ActivitySerializer(rows, many=True, context={"instance": found})
        return self.get_paginated_response(shown.data)

    @extend_schema(parameters=[ID], responses=serializers.TimerSerializer(many=True))
    @action(detail=True, pagination_class=KeysetPagination)
    def timers(self, request: Request, pk: str) -> Response:
        """Timers that wait."""
        found = self.find(pk)
        waiting = Job.objects.filter(instance=found, kind=JobKind.TIMER)
        rows = self.paginate_queryset(waiting)
        shown = serializers.TimerSerializer(rows, many=True, context={"instance": found})
        return self.get_paginated_response(shown.data)

    @extend_schema(parameters=[ID], responses=serializers.TrailSerializer(many=True))
    @action(detail=True, pagination_class=KeysetPagination)
    def trail(self, request: Request, pk: str) -> Response:
        """What has happened, in order: who, for whom, what, and what was said."""
        found = self.find(pk)
        rows = self.paginate_queryset(TrailEntry.objects.filter(instance=found)) or []
        context = with_names(row.actor for row in rows)
        lines = trail.lines(found, rows)
        shown = serializers.TrailSerializer(lines, many=True, context=context)
        return self.get_paginated_response(shown.data)

    @extend_schema(parameters=[ID], responses=serializers.IncidentSerializer(many=True))
    @action(detail=True)
    def incidents(self, request: Request, pk: str) -> Response:
        """What could not be done in this case."""
        found = self.find(pk)
        rows = self.paginate_queryset(
            Incident.objects.filter(instance=found).select_related("instance")
        )
        context = with_names(row.resolved_by for row in rows or [])
        shown = serializers.IncidentSerializer(rows, many=True, context=context)
        return self.get_paginated_response(shown.data)

    # --- steering it ------------------------------------------------------------------------------
    @extend_schema(
        parameters=[ID], request=commands.Because, responses=serializers.ResultSerializer
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """The initiator takes the case back."""
        instance = self.find(pk).pk
        return answer(instances.withdraw(instance, user=self.user, **self.body(commands.Because)))

    @extend_schema(
        parameters=[ID], request=commands.BecauseOf, responses=serializers.ResultSerializer
    )
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, pk: str) -> Response:
        """Hold the case: no decision, timer or message until it is resumed."""
        instance = self.find(pk).pk
        return answer(instances.suspend(instance, by=self.user, **self.body(commands.BecauseOf)))

    @extend_schema(
        parameters=[ID], request=commands.Because, responses=serializers.ResultSerializer
    )
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Go on."""
        instance = self.find(pk).pk
        return answer(instances.resume(instance, by=self.user, **self.body(commands.Because)))

    @extend_schema(
        parameters=[ID], request=commands.BecauseOf, responses=serializers.ResultSerializer
    )
    @action(detail=True, methods=["post"])
    def terminate(self, request: Request, pk: str) -> Response:
        """End the case where it stands; its history stays."""
        instance = self.find(pk).pk
        return answer(instances.terminate(instance, by=self.user, **self.body(commands.BecauseOf)))

    @extend_schema(
        parameters=[ID], request=commands.Reschedule, responses=serializers.ResultSerializer
    )
    @action(detail=True, methods=["post"])
    def reschedule(self, request: Request, pk: str) -> Response:
        """Move a waiting timer to another moment."""
        body = self.body(commands.Reschedule)
        result = instances.reschedule(
            self.find(pk).pk, str(body["task_id"]), body["due_at"], by=self.user
        )
        return answer(result)
