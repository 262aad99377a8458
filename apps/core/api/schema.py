"""The API's description of itself (OpenAPI)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from apps.core.api.problems import CONTENT_TYPE


class ProblemSerializer(serializers.Serializer[dict[str, Any]]):
    """What went wrong (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="stable, for programs")
    detail = serializers.CharField(help_text="for people, in their language")
    errors = serializers.DictField(required=False, help_text="field → messages")


class Schema(AutoSchema):
    """Every operation may answer with a problem, and is named by its area."""

    def get_tags(self) -> list[str]:
        return [getattr(self.view, "area", "") or super().get_tags()[0]]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        responses: dict[str, Any] = super()._get_response_bodies(direction)
        responses["default"] = self._get_response_for_code(  # type: ignore[no-untyped-call]
            ProblemSerializer, "default", media_types=[CONTENT_TYPE]
        )
        return responses
