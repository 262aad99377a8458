"""How single values are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

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
