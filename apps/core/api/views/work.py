"""Messages, incidents, and the general request."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api import commands, serializers
from apps.core.api.fields import with_names
from apps.core.api.pages import NewestFirst
from apps.core.api.permissions import Right
from apps.core.api.views.base import ID, Area, answer
from apps.core.requests.services import submit_request
from engine import incidents, instances
from engine.exceptions import NotFound
from engine.models import Incident


class RequestViews(Area):
    """General requests (事项申请)."""

    area = "requests"
    rights = {"create": Right.MEMBER}

    @extend_schema(request=commands.SubmitRequest, responses={201: serializers.ResultSerializer})
    def create(self, request: Request) -> Response:
        """Submit a request; its approval begins at once."""
        result = submit_request(user=self.user, **self.body(commands.SubmitRequest))
        return answer(result, status=201)


class MessageViews(Area):
    """Messages that cases wait for."""

    area = "messages"
    rights = {"create": Right.OPERATE}

    @extend_schema(request=commands.Correlate, responses=serializers.ResultSerializer)
    def create(self, request: Request) -> Response:
        """Give a message to the one case that waits for it."""
        return answer(instances.correlate(**self.body(commands.Correlate), by=self.user))


class IncidentViews(Area):
    """What could not be done."""

    area = "incidents"
    pagination_class = NewestFirst
    rights = {
        "list": Right.OVERSEE,
        "retrieve": Right.OVERSEE,
        "retry": Right.OPERATE,
        "skip": Right.OPERATE,
    }

    @extend_schema(
        parameters=[commands.IncidentFilter],
        responses=serializers.IncidentSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """Incidents, the latest first; by default the open ones."""
        wanted = self.query(commands.IncidentFilter)
        rows = self.paginate_queryset(_incidents().filter(state=wanted["state"])) or []
        context = with_names(row.resolved_by for row in rows)
        shown = serializers.IncidentSerializer(rows, many=True, context=context)
        return self.get_paginated_response(shown.data)

    @extend_schema(parameters=[ID], responses=serializers.IncidentSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """An incident."""
        return self._shown(int(pk))

    @extend_schema(parameters=[ID], request=None, responses=serializers.IncidentSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Try it again at once; a new failure makes a new incident."""
        incidents.retry(int(pk), by=self.user)
        return self._shown(int(pk))

    @extend_schema(
        parameters=[ID], request=commands.SkipIncident, responses=serializers.IncidentSerializer
    )
    @action(detail=True, methods=["post"])
    def skip(self, request: Request, pk: str) -> Response:
        """Go on without what failed, with the results given for it."""
        given = self.body(commands.SkipIncident).get("results", ())
        results = {(row["process"], row["element"]): row["result"] for row in given}
        incidents.skip(int(pk), by=self.user, results=results or None)
        return self._shown(int(pk))

    def _shown(self, incident: int) -> Response:
        found = _incidents().filter(pk=incident).first()
        if found is None:
            raise NotFound(_("There is no incident %(id)s.") % {"id": incident})
        context = with_names([found.resolved_by])
        return Response(serializers.IncidentSerializer(found, context=context).data)


def _incidents() -> QuerySet[Incident]:
    return Incident.objects.select_related("instance").defer("instance__runtime")
