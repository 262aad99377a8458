"""What all areas of the API share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from apps.core.api.commands import Command
from apps.core.api.fields import Row
from apps.core.api.permissions import KindRight, Right, viewer_of
from apps.core.api.serializers import ResultSerializer
from apps.core.inbox.visibility import Viewer
from engine.instances import Result

ID = OpenApiParameter(
    "id", {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}, OpenApiParameter.PATH
)


class Area(GenericViewSet[Any]):
    """A part of the API. `rights` names a right for every action; an action without one is
    refused."""

    area: ClassVar[str]
    rights: ClassVar[Mapping[str, Right | KindRight]]
    request: Request
    lookup_value_regex = "[0-9]{1,18}"
    pagination_class: type[BasePagination] | None = None

    @property
    def viewer(self) -> Viewer:
        return viewer_of(self.request)

    @property
    def user(self) -> int:
        """Id of whoever asks."""
        return self.viewer.id

    def body(self, command: type[Command]) -> Row:
        """The body, validated."""
        return command.read(self.request.data)

    def query(self, command: type[Command]) -> Row:
        """The query parameters, validated."""
        return command.read(self.request.query_params)


def answer(result: Result, status: int = 200) -> Response:
    """What a command did."""
    return Response(ResultSerializer(result).data, status=status)
