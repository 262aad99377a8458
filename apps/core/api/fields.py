"""How single values are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core.api.parsers import read_json
from apps.core.inbox.wording import names_of

Row = dict[str, Any]


class PersonSerializer(serializers.Serializer[Row]):
    """Somebody, by id and display name."""

    id = serializers.IntegerField()
    name = serializers.CharField(allow_null=True)


@extend_schema_field(PersonSerializer(allow_null=True))
class PersonField(serializers.Field[Any, Any, Any, Any]):
    """A user id; the name comes from the serializer's context, where `with_names` has put it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Any) -> Row:
        names: Mapping[int, str] = self.context["names"]
        return {"id": value, "name": names.get(value)}


def with_names(users: Iterable[int | None]) -> dict[str, Any]:
    """Context of a serializer whose rows name these people; one query."""
    return {"names": names_of(users)}


@extend_schema_field(OpenApiTypes.OBJECT)
class JsonObjectField(serializers.Field[Row, str, Row, Any]):
    """A JSON object as a part of a form."""

    def to_internal_value(self, data: Any) -> Row:
        try:
            found = read_json(data) if isinstance(data, str) else None
        except ValueError as error:
            reason = {"reason": error}
            raise serializers.ValidationError(_("No valid JSON: %(reason)s") % reason) from error
        if not isinstance(found, dict):
            raise serializers.ValidationError(_("A JSON object is expected."))
        return found


class StateField(serializers.ChoiceField):
    """The state of a row as a word in lower case."""

    def __init__(self, states: type[IntEnum], **kwargs: Any) -> None:
        self._states = states
        super().__init__(choices=[state.name.lower() for state in states], **kwargs)

    def to_representation(self, value: Any) -> str:
        return self._states(value).name.lower()

    def to_internal_value(self, data: Any) -> Any:
        word: str = super().to_internal_value(data)
        return self._states[word.upper()]


class IdField(serializers.IntegerField):
    """A primary key."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=2**63 - 1, **kwargs)
