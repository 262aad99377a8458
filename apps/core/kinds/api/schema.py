"""The API's description of a kind, made from its forms and columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any, Final

from django import forms
from django.db import models
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from apps.core.kinds import columns
from apps.core.kinds.api.bodies import line_names, shown_names
from apps.core.kinds.declaration import DocumentKind, Lines
from apps.core.kinds.months import MonthField

Serializer = type[serializers.Serializer[Any]]
Field = serializers.Field[Any, Any, Any, Any]

BIGGEST: Final = 2**63 - 1
MONTH: Final = r"^\d{4}-\d{2}(-\d{2})?$"  # any day of it names it
WORDS: Final = (
    ("q", "words to search for"),
    ("sort", "name of a column, with - before it for the other direction"),
    ("cursor", "from `next`"),
)


def input_of(kind: DocumentKind) -> Serializer:
    """What can be sent."""
    return _made(
        f"{kind.model.__name__}Input",
        f"Fields of {kind.key} that can be sent.",
        {
            **_typed(kind.form_class.base_fields),
            **{
                lines.related: _line_input(kind, lines)(many=True, required=lines.minimum > 0)
                for lines in kind.lines
            },
        },
    )


def change_of(kind: DocumentKind, sent: Serializer) -> Serializer:
    """What can be sent to change a record: all of it, and the version that was seen."""
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    said = {"version": version, "__doc__": f"A changed record of {kind.key}."}
    return type(f"{kind.model.__name__}Change", (sent,), said)


def command_input(kind: DocumentKind, name: str) -> Serializer | None:
    """What a command of a kind asks; None where it asks nothing."""
    fields = kind.commands[name].form.base_fields
    words = "".join(word.capitalize() for word in name.split("-"))
    if not fields:
        return None
    return _made(f"{kind.model.__name__}{words}", f"What {name} asks.", _typed(fields))


def _line_input(kind: DocumentKind, lines: Lines) -> Serializer:
    return _made(
        f"{kind.model.__name__}{lines.model.__name__}Input",
        f"A line of {lines.related}.",
        {
            "id": serializers.IntegerField(required=False, help_text="of a line that exists"),
            **_typed(lines.form_class.base_fields),
        },
    )


def output_of(kind: DocumentKind, *, lines: bool = True) -> Serializer:
    """What is answered."""
    fields: dict[str, Field] = {
        "id": serializers.IntegerField(),
        "version": serializers.IntegerField(),
        **_shown(kind.model, shown_names(kind), kind.costs),
    }
    for each in kind.lines if lines else ():
        row = _shown(each.model, line_names(each), kind.costs)
        name = f"{kind.model.__name__}{each.model.__name__}"
        fields[each.related] = _made(
            name, f"A line of {each.related}.", {"id": serializers.IntegerField(), **row}
        )(many=True)
    name = kind.model.__name__ if lines else f"{kind.model.__name__}Row"
    return _made(name, f"A record of {kind.key}.", fields)


def parameters_of(kind: DocumentKind) -> list[OpenApiParameter]:
    """Search, filters and order of a list."""
    found = [OpenApiParameter(name, str, description=text) for name, text in WORDS]
    limit = {"type": "integer", "minimum": 1, "maximum": 100, "default": 25}
    found.append(OpenApiParameter("limit", limit))
    # A copy: a filter remembers its label in the language of whoever asks first.
    filters = deepcopy(kind.filters.base_filters) if kind.filters is not None else {}
    for name, one in filters.items():
        suffixes = getattr(one.field.widget, "suffixes", None) or [None]
        found += [OpenApiParameter(f"{name}_{end}" if end else name, str) for end in suffixes]
    return found


def _made(name: str, text: str, fields: Mapping[str, Field]) -> Serializer:
    return type(name, (serializers.Serializer,), {**fields, "__doc__": text})


# --- fields of forms ------------------------------------------------------------------------------
def _typed(fields: Mapping[str, forms.Field]) -> dict[str, Field]:
    return {name: _typed_field(field) for name, field in fields.items()}


def _typed_field(field: forms.Field) -> Field:
    required = (
        field.required and field.initial is None and not isinstance(field, forms.BooleanField)
    )
    said: dict[str, Any] = {"required": required, "help_text": str(field.label or "")}
    null = {"allow_null": not field.required}
    make = next((make for kind, make in _TYPED if isinstance(field, kind)), None)
    if make is not None:
        return make(field, said | null)
    longest = getattr(field, "max_length", None)
    return serializers.CharField(**said, allow_blank=not field.required, max_length=longest)


def _choice(field: Any, said: dict[str, Any]) -> Field:
    choices = [key for key, _label in field.choices if key not in ("", None)]
    return serializers.ChoiceField(choices, **said, allow_blank=not field.required)


def _decimal(field: Any, said: dict[str, Any]) -> Field:
    digits, places = field.max_digits or 20, field.decimal_places or 0
    return serializers.DecimalField(digits, places, **said)


_TYPED: Final[tuple[tuple[type[forms.Field], Callable[[Any, dict[str, Any]], Field]], ...]] = (
    (
        forms.ModelChoiceField,
        lambda field, said: serializers.IntegerField(min_value=1, max_value=BIGGEST, **said),
    ),
    (forms.ChoiceField, _choice),
    (
        forms.BooleanField,
        lambda field, said: serializers.BooleanField(required=False, help_text=said["help_text"]),
    ),
    (forms.DateTimeField, lambda field, said: serializers.DateTimeField(**said)),
    (MonthField, lambda field, said: serializers.RegexField(MONTH, **said)),
    (forms.DateField, lambda field, said: serializers.DateField(**said)),
    (forms.DecimalField, _decimal),
    (forms.IntegerField, lambda field, said: serializers.IntegerField(**said)),
)


# --- fields of models -----------------------------------------------------------------------------
def _shown(
    model: type[models.Model], names: Iterable[str], costs: Iterable[str]
) -> dict[str, Field]:
    found = {name: _shown_field(model, name, name not in costs) for name in names}
    found["labels"] = serializers.DictField(
        child=serializers.CharField(), help_text="what ids and codes mean"
    )
    return found


def _shown_field(model: type[models.Model], name: str, always: bool) -> Field:
    field = columns.resolve(model, name).field
    said: dict[str, Any] = {"required": always, "allow_null": field is None or field.null}
    match field:
        case models.ForeignKey() | models.IntegerField():
            return serializers.IntegerField(**said)
        case models.DecimalField():
            return serializers.DecimalField(field.max_digits, field.decimal_places, **said)
        case models.BooleanField():
            return serializers.BooleanField(**said)
        case models.DateTimeField():
            return serializers.DateTimeField(**said)
        case models.DateField():
            return serializers.DateField(**said)
    return serializers.CharField(**said)
