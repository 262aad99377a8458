"""Filters of a list: each a chip that says what it is set to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django_filters import FilterSet

from apps.core.access.rights import Rights
from apps.core.kinds import columns
from apps.core.kinds.choosing import FILTER, dress_choices
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.dressing import dress, replace_widget
from apps.core.kinds.months import MonthField, month


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter: its field, and what it is set to in words. `names`: its parameters."""

    field: BoundField
    value: str
    names: Sequence[str]

    @property
    def label_for(self) -> str:
        """The id of the first thing to type in."""
        suffixes: Sequence[str] = getattr(self.field.field.widget, "suffixes", ())
        return "_".join((self.field.auto_id, *suffixes[:1]))


def dress_filters(kind: DocumentKind, filters: FilterSet, rights: Rights) -> None:
    """Let the fields of filters look and choose as those of forms do."""
    form = filters.form
    dress_choices(kind, rights, FILTER, [form], creates=False)
    for field in form.fields.values():
        if isinstance(field, forms.MultiValueField):
            ends = (_("%(field)s: from"), _("%(field)s: to"))
            for part, end in zip(field.fields, ends, strict=True):
                replace_widget(part)
                part.widget.attrs["aria-label"] = end % {"field": field.label}
            field.widget.widgets = [part.widget for part in field.fields]
    dress(form, small=True)


def chips_of(filters: FilterSet) -> list[Chip]:
    """The filters in their order."""
    form = filters.form
    form.is_valid()
    return [Chip(form[name], _words(form, name), tuple(_names(form[name]))) for name in form.fields]


def _names(field: BoundField) -> Iterable[str]:
    widget: Any = field.field.widget
    yield field.html_name
    for suffix in getattr(widget, "suffixes", ()):
        yield f"{field.html_name}_{suffix}"
    yield f"{field.html_name}-text"


def _words(form: forms.BaseForm, name: str) -> str:
    """What a filter is set to."""
    value = form.cleaned_data.get(name)
    field: Any = form.fields[name]
    if isinstance(value, slice):
        ends = zip(field.fields, (value.start, value.stop), strict=True)
        return " – ".join(_one(part, end) for part, end in ends).strip()
    if value is not None and (isinstance(value, list | tuple) or hasattr(value, "all")):
        return _(", ").join(_one(field, part) for part in value)
    return _one(field, value)


def _one(field: forms.Field, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(field, forms.ChoiceField):
        return str(dict(_flat(field.choices)).get(str(value), value))
    if isinstance(field, MonthField):
        return month(value)
    match value:
        case bool():
            return _("Yes") if value else _("No")
        case Decimal():
            return columns.number(value)
        case datetime():
            return columns.day(value.date())
        case date():
            return columns.day(value)
    return str(value)


def _flat(choices: Any) -> Iterable[tuple[str, str]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(value), str(label)
