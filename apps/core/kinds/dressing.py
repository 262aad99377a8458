"""How the fields of any form look: the classes of Tabler, keyboards of phones, widths, errors."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.formats import localize_input

from apps.core.kinds.choosing import RecordWidget

NOTHING: Final = "–"
WIDE: Final = 100  # characters from which on a text gets two columns


class NumberText(forms.TextInput):
    """A number to type, without zeros that say nothing; a phone shows its digits."""

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, Decimal):
            return f"{value.normalize():f}"
        text: str | None = super().format_value(value)
        return text


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")

    def format_value(self, value: Any) -> str | None:
        return str(localize_input(value, self.format)) if value else None


class MomentInput(forms.DateTimeInput):
    """Day and time by the browser."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


_REPLACED: Final[tuple[tuple[type[forms.Field], type[forms.Widget], type[forms.Widget]], ...]] = (
    (forms.DateTimeField, forms.DateTimeInput, MomentInput),
    (forms.DateField, forms.DateInput, DayInput),
    (forms.DecimalField, forms.NumberInput, NumberText),
    (forms.IntegerField, forms.NumberInput, NumberText),
)
NUMBERS: Final = (forms.DecimalField, forms.IntegerField)


def dress(form: forms.BaseForm, *, small: bool = False) -> None:
    """Give every field of a form its widget and classes."""
    for field in form.fields.values():
        replace_widget(field)
        dress_widget(field, small=small)


def replace_widget(field: forms.Field) -> None:
    """In the place of Django's own widget the one that pages have."""
    for kind, plain, better in _REPLACED:
        if isinstance(field, kind) and type(field.widget) is plain:
            field.widget = better(dict(field.widget.attrs))
            return


def dress_widget(field: forms.Field, *, small: bool = False) -> None:
    """Classes and keyboards of a field's widget."""
    widget = field.widget
    parts: list[Any] = getattr(widget, "widgets", [widget])
    for part in parts:
        part.attrs["class"] = " ".join(dict.fromkeys([*_classes(part, small), *_own(part)]))
        if isinstance(field, NUMBERS):
            part.attrs.setdefault("inputmode", "decimal")
            part.attrs["class"] += " text-num"
    if isinstance(widget, forms.Select):
        widget.choices = [
            (key, NOTHING if key in ("", "unknown") else label) for key, label in widget.choices
        ]
    if isinstance(widget, forms.Textarea):
        widget.attrs["rows"] = 2
    if isinstance(widget, forms.TextInput | RecordWidget):
        widget.attrs.setdefault("autocomplete", "off")


def _own(widget: forms.Widget) -> list[str]:
    return str(widget.attrs.get("class", "")).split()


def _classes(widget: forms.Widget, small: bool) -> list[str]:
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        return ["form-check-input"]
    name = "form-select" if isinstance(widget, forms.Select) else "form-control"
    return [name, f"{name}-sm"] if small else [name]


def mark_errors(form: forms.BaseForm) -> None:
    """Red edges where something is to be put right."""
    for name in form.errors:
        if name in form.fields:
            widget = form.fields[name].widget
            widget.attrs["class"] = f"{widget.attrs.get('class', '')} is-invalid"


def width(field: forms.Field) -> str:
    """Columns of the grid of six that a field takes."""
    if isinstance(field.widget, forms.Textarea):
        return "col-12 col-xl-8"
    longest = getattr(field, "max_length", None)
    if isinstance(field, forms.CharField) and longest and longest >= WIDE:
        return "col-12 col-md-8 col-xl-4"
    return "col-6 col-md-4 col-xl-2"
