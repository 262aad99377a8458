"""Stored files: of any tool, whether they run or not."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core import deploying
from apps.core.access.actions import Action
from apps.core.api import commands
from apps.core.api.fields import with_names
from apps.core.api.permissions import KindRight
from apps.core.api.serializers import JudgedFileSerializer, StoredFileSerializer
from apps.core.api.views.base import ID, Area
from apps.core.deploying import DEPLOY, SUBJECT
from apps.core.diagrams.views import file_response
from engine import files
from engine.models import FileVersion

NUMBER = OpenApiParameter(
    "number", {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}, OpenApiParameter.PATH
)
VIEW, ADD = KindRight(SUBJECT, Action.VIEW), KindRight(SUBJECT, Action.ADD)


class FileViews(Area):
    """Files on their way to being deployed, with their versions."""

    area = "definitions"
    rights = {
        "list": VIEW,
        "retrieve": VIEW,
        "original": VIEW,
        "create": ADD,
        "repair": ADD,
        "deploy": KindRight(SUBJECT, DEPLOY),
    }

    @extend_schema(responses=StoredFileSerializer(many=True))
    def list(self, request: Request) -> Response:
        """All stored files, the latest change first."""
        rows = files.newest()
        context = with_names(row.made_by for row in rows)
        return Response(StoredFileSerializer(rows, many=True, context=context).data)

    @extend_schema(parameters=[ID], responses=JudgedFileSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """The newest version of a file, and what of it runs."""
        return _judged(files.find(int(pk)))

    @extend_schema(
        parameters=[ID, NUMBER], responses={(200, "application/xml"): OpenApiTypes.BINARY}
    )
    @action(detail=True, url_path="versions/(?P<number>[0-9]{1,9})/original")
    def original(self, request: Request, pk: str, number: str) -> HttpResponse:
        """The bytes of a version, as they are stored."""
        found = files.find(int(pk), int(number))
        return file_response(found.file.name, bytes(found.content))

    @extend_schema(
        request={"multipart/form-data": commands.StoreFile}, responses={201: JudgedFileSerializer}
    )
    def create(self, request: Request) -> Response:
        """Store a file. One of the same name and process gets a new version."""
        upload = self.body(commands.StoreFile)["file"]
        return _judged(files.store(upload.name, upload.read(), by=self.user), status=201)

    @extend_schema(parameters=[ID], request=commands.ChangeFile, responses=JudgedFileSerializer)
    @action(detail=True, methods=["post"])
    def repair(self, request: Request, pk: str) -> Response:
        """A new version with all repairs that are offered."""
        seen = self.body(commands.ChangeFile)["seen"]
        return _judged(files.repair(int(pk), seen=seen, spots=None, by=self.user))

    @extend_schema(parameters=[ID], request=commands.ChangeFile, responses=JudgedFileSerializer)
    @action(detail=True, methods=["post"])
    def deploy(self, request: Request, pk: str) -> Response:
        """Put the newest version in force. Somebody else does it than those who made it."""
        seen = self.body(commands.ChangeFile)["seen"]
        deploying.deploy_file(int(pk), seen=seen, by=self.user)
        return _judged(files.find(int(pk)))

    def get_parsers(self) -> Any:
        """A file comes as a form, all else as JSON."""
        uploads = self.action_map.get("post") == "create"
        return [MultiPartParser()] if uploads else super().get_parsers()


def _judged(version: FileVersion, status: int = 200) -> Response:
    judgement = files.judge(version)
    findings = [*judgement.report.findings, *judgement.worse]
    version.runs = judgement.runs  # type: ignore[attr-defined]
    version.findings = [finding.as_dict() for finding in findings]  # type: ignore[attr-defined]
    context = with_names([version.made_by])
    return Response(JudgedFileSerializer(version, context=context).data, status=status)
