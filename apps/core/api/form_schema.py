"""A task form as data, so that a client can draw it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.forms.models import ModelChoiceIterator, ModelChoiceIteratorValue

from apps.core.api.fields import Row
from engine.forms import TaskForm

_TYPES: Final[tuple[tuple[type[forms.Field], str], ...]] = (
    (forms.ChoiceField, "choice"),
    (forms.BooleanField, "boolean"),
    (forms.DateTimeField, "datetime"),
    (forms.DateField, "date"),
    (forms.DecimalField, "decimal"),
    (forms.FloatField, "number"),
    (forms.IntegerField, "integer"),
    (forms.FileField, "file"),
    (forms.EmailField, "email"),
    (forms.CharField, "text"),
)
_MANY: Final = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)
MOST_CHOICES: Final = 500


def describe_form(form: TaskForm | None) -> list[Row]:
    """The fields of a form, in their order; none for a task without one."""
    if not isinstance(form, forms.BaseForm):
        return []
    return [_field(form[name]) for name in form.fields]


def _field(bound: forms.BoundField) -> Row:
    field = bound.field
    return {
        "name": bound.name,
        "label": str(bound.label),
        "type": next((name for kind, name in _TYPES if isinstance(field, kind)), "text"),
        "required": field.required,
        "many": isinstance(field, _MANY),
        "help_text": str(field.help_text),
        "initial": _plain(bound.initial),
        "choices": _choices(field),
    }


def _choices(field: forms.Field) -> list[Row] | None:
    if not isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return None
    choices: Any = field.choices
    if isinstance(choices, ModelChoiceIterator):
        choices.queryset = choices.queryset[:MOST_CHOICES]
    return [{"value": _plain(value), "label": str(label)} for value, label in choices]


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Decimal():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case list() | tuple():
            return [_plain(item) for item in value]
        case ModelChoiceIteratorValue():
            return _plain(value.value)  # type: ignore[attr-defined]
    return str(value)
