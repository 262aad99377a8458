"""Files of records over the API: by the same services as the pages."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.access.rights import Rights, rights_of
from apps.core.api.commands import KEY, Command
from apps.core.api.permissions import Right
from apps.core.api.views.base import ID, Area
from apps.core.attachments import reading, services
from apps.core.attachments.views import file_response

CONTENT = "application/octet-stream"


class Of(Command):
    """The record whose files are asked for."""

    of = serializers.CharField(max_length=KEY, help_text="business key of a record")


class Upload(Of):
    """A file for a record."""

    category = serializers.CharField(max_length=32)
    file = serializers.FileField(max_length=1000)


class AttachmentSerializer(serializers.Serializer[Any]):
    """A file; `downloadable` says whether its content may be asked for now."""

    id = serializers.IntegerField(source="attachment.pk")
    of = serializers.CharField(source="attachment.business_key")
    category = serializers.CharField(source="attachment.category")
    name = serializers.CharField(source="attachment.name")
    content_type = serializers.CharField(source="attachment.content_type")
    size = serializers.IntegerField(source="attachment.size")
    sha256 = serializers.CharField(source="attachment.sha256")
    added_at = serializers.DateTimeField(source="attachment.added_at")
    added_by = serializers.IntegerField(source="attachment.added_by_id")
    task = serializers.IntegerField(
        source="attachment.task_id", allow_null=True, help_text="the one it was decided with"
    )
    downloadable = serializers.BooleanField()


class AttachmentViews(Area):
    """Files of records. A record that the reader may not see has none."""

    area = "attachments"
    parser_classes = (MultiPartParser,)
    rights = dict.fromkeys(("list", "create", "retrieve", "content", "destroy"), Right.MEMBER)

    @property
    def own(self) -> Rights:
        return rights_of(self.user)

    @extend_schema(parameters=[Of], responses=AttachmentSerializer(many=True))
    def list(self, request: Request) -> Response:
        """The files of a record."""
        kind, record = reading.find_record(self.query(Of)["of"], self.own)
        files = reading.files_of(kind, record, self.own)
        found = [shown for group in files.groups for shown in group.files]
        return Response(AttachmentSerializer(found, many=True).data)

    @extend_schema(request={"multipart/form-data": Upload}, responses={201: AttachmentSerializer})
    def create(self, request: Request) -> Response:
        """Add a file. What it is is found in its content."""
        body = self.body(Upload)
        added = services.add_attachment(
            business_key=body["of"],
            category=body["category"],
            name=body["file"].name,
            content=body["file"],
            rights=self.own,
        )
        return Response(AttachmentSerializer(reading.Shown(added, True)).data, status=201)

    @extend_schema(parameters=[ID], responses=AttachmentSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """What is known of a file."""
        return Response(AttachmentSerializer(reading.find_attachment(int(pk), self.own)).data)

    @extend_schema(
        parameters=[ID], responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    @action(detail=True)
    def content(self, request: Request, pk: str) -> HttpResponseBase:
        """The file itself."""
        return file_response(*services.open_attachment(pk=int(pk), rights=self.own))

    @extend_schema(parameters=[ID], responses={204: None})
    def destroy(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Remove a file while its record may be changed."""
        services.remove_attachment(pk=int(pk), rights=self.own)
        return Response(status=204)
