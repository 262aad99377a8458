"""Process definitions: what can be started, and how new diagrams come in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from apps.core import deploying
from apps.core.api import commands
from apps.core.api.fields import with_names
from apps.core.api.permissions import Right
from apps.core.api.serializers import (
    DefinitionDetailSerializer,
    DefinitionSerializer,
    DeployedSerializer,
)
from apps.core.api.views.base import Area
from engine import definitions
from engine.exceptions import NotFound
from engine.models import ProcessDefinition, Resource

FILE = "[^/]{1,120}"
KEY = OpenApiParameter("key", OpenApiTypes.STR, OpenApiParameter.PATH)
VERSION = OpenApiParameter(
    "version", {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}, OpenApiParameter.PATH
)
NAME = OpenApiParameter("name", OpenApiTypes.STR, OpenApiParameter.PATH)


class DefinitionViews(Area):
    """Processes and their versions."""

    area = "definitions"
    lookup_field = lookup_url_kwarg = "key"
    lookup_value_regex = "[^/]{1,100}"
    parser_classes = (MultiPartParser,)
    rights = {
        "list": Right.MEMBER,
        "retrieve": Right.MEMBER,
        "versions": Right.MEMBER,
        "version": Right.MEMBER,
        "file": Right.MEMBER,
        "create": Right.DEPLOY,
        "suspend": Right.DEPLOY,
        "resume": Right.DEPLOY,
    }

    @extend_schema(responses=DefinitionSerializer(many=True))
    def list(self, request: Request) -> Response:
        """The newest version of every process."""
        return Response(_shown(definitions.latest_definitions()))

    @extend_schema(parameters=[KEY], responses=DefinitionDetailSerializer)
    def retrieve(self, request: Request, key: str) -> Response:
        """The newest version of a process, with its files."""
        return self._detail(_find(key))

    @extend_schema(parameters=[KEY], responses=DefinitionSerializer(many=True))
    @action(detail=True)
    def versions(self, request: Request, key: str) -> Response:
        """All versions of a process, the newest first."""
        found = _versions(key).order_by("-version")
        if not found:
            raise _unknown(key)
        return Response(_shown(found))

    @extend_schema(parameters=[KEY, VERSION], responses=DefinitionDetailSerializer)
    @action(detail=True, url_path="versions/(?P<version>[0-9]{1,9})")
    def version(self, request: Request, key: str, version: str) -> Response:
        """One version of a process, with its files."""
        return self._detail(_find(key, int(version)))

    @extend_schema(
        parameters=[KEY, VERSION, NAME],
        responses={(200, "application/xml"): OpenApiTypes.BINARY},
    )
    @action(detail=True, url_path=f"versions/(?P<version>[0-9]{{1,9}})/files/(?P<name>{FILE})")
    def file(self, request: Request, key: str, version: str, name: str) -> HttpResponse:
        """The bytes of a file, as they were deployed."""
        found = _find(key, int(version)).resources.filter(name=name).first()
        if found is None:
            raise NotFound(_("There is no file “%(name)s”.") % {"name": name})
        response = HttpResponse(bytes(found.content), content_type="application/xml")
        response["Content-Disposition"] = "attachment"
        response["ETag"] = f'"{found.checksum}"'
        return response

    @extend_schema(
        request={"multipart/form-data": commands.Deploy}, responses={201: DeployedSerializer}
    )
    def create(self, request: Request) -> Response:
        """Deploy BPMN and DMN files, all or none. What the linter objects to comes back as
        `findings`, each with its element and line."""
        body = self.body(commands.Deploy)
        files = {upload.name: upload.read() for upload in body["files"]}
        deployed = deploying.deploy(files, by=self.user, note=body["note"])
        made = [{"key": row.key, "version": row.version} for row in deployed.made]
        shown = {
            "made": made,
            "changed": deployed.changed,
            "unchanged": deployed.unchanged,
            "kept": deployed.kept,
        }
        return Response(DeployedSerializer(shown).data, status=201)

    @extend_schema(parameters=[KEY], request=None, responses=DefinitionDetailSerializer)
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, key: str) -> Response:
        """Nothing new starts; what runs goes on."""
        deploying.set_suspended(key, suspended=True, by=self.user)
        return self._detail(_find(key))

    @extend_schema(parameters=[KEY], request=None, responses=DefinitionDetailSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, key: str) -> Response:
        """It may be started again."""
        deploying.set_suspended(key, suspended=False, by=self.user)
        return self._detail(_find(key))

    def _detail(self, found: ProcessDefinition) -> Response:
        found.files = [  # type: ignore[attr-defined]
            {
                "name": resource.name,
                "key": resource.key,
                "checksum": resource.checksum,
                "url": self._address(found, resource),
            }
            for resource in found.resources.defer("content").order_by("name")
        ]
        context = with_names([found.deployment.deployed_by])
        return Response(DefinitionDetailSerializer(found, context=context).data)

    def _address(self, found: ProcessDefinition, resource: Resource) -> str:
        place = {"key": found.key, "version": found.version, "name": resource.name}
        return reverse("api:definition-file", kwargs=place, request=self.request)


def _versions(key: str) -> QuerySet[ProcessDefinition]:
    rows = ProcessDefinition.objects.filter(key=key)
    return rows.select_related("deployment").defer("compiled")


def _find(key: str, version: int | None = None) -> ProcessDefinition:
    rows = _versions(key) if version is None else _versions(key).filter(version=version)
    found = rows.order_by("-version").first()
    if found is None:
        raise _unknown(key)
    return found


def _unknown(key: str) -> NotFound:
    return NotFound(_("There is no process “%(key)s”.") % {"key": key})


def _shown(found: Iterable[ProcessDefinition]) -> Any:
    rows = list(found)
    context = with_names(row.deployment.deployed_by for row in rows)
    return DefinitionSerializer(rows, many=True, context=context).data
