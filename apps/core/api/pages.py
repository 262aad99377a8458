"""Pages of lists, by keyset: a page costs the same wherever it stands."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

SIZE = 25
MOST = 100
BIGGEST = 2**63 - 1


class PageQuery(serializers.Serializer[dict[str, Any]]):
    """Query parameters of a page."""

    cursor = serializers.IntegerField(required=False, min_value=0, max_value=BIGGEST)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=MOST, default=SIZE)


class KeysetPagination(BasePagination):
    """`cursor` is the id of the last row seen; `next` is the address of the page after it."""

    newest_first = False

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        query = PageQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        cursor, limit = query.validated_data.get("cursor"), query.validated_data["limit"]
        if cursor is not None:
            queryset = queryset.filter(**{"pk__lt" if self.newest_first else "pk__gt": cursor})
        rows = list(queryset.order_by("-pk" if self.newest_first else "pk")[: limit + 1])
        self._next = (
            replace_query_param(request.build_absolute_uri(), "cursor", rows[limit - 1].pk)
            if len(rows) > limit
            else None
        )
        return rows[:limit]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self._next, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {"type": "string", "format": "uri", "nullable": True},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            _parameter("cursor", {"type": "integer", "minimum": 0, "maximum": BIGGEST}),
            _parameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": SIZE}
            ),
        ]


class NewestFirst(KeysetPagination):
    """The latest row comes first."""

    newest_first = True


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}
