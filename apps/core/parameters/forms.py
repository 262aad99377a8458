"""Forms of parameters and of lists that an account set keeps."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Max, QuerySet
from django.forms import BaseModelFormSet, modelformset_factory
from django.utils.translation import gettext as _

from apps.core.parameters import services
from apps.core.parameters.models import DictionaryEntry
from apps.core.parameters.registry import Parameter, parameters

if TYPE_CHECKING:
    _RowsFormSet = BaseModelFormSet[Any, Any]
else:
    _RowsFormSet = BaseModelFormSet

FIELDS: dict[type, type[forms.Field]] = {
    bool: forms.BooleanField,
    int: forms.IntegerField,
    Decimal: forms.DecimalField,
    str: forms.CharField,
}
TALLEST = 1000  # entries of a list


class ParametersForm(forms.Form):
    """All parameters at once, each a field of its type under its code."""

    def __init__(self, data: Any = None) -> None:
        self.before = services.values()
        super().__init__(data, initial=self.before)
        for code in parameters:
            self.fields[code] = _field(parameters[code])

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Fields under the headings of their parameters."""
        found: dict[str, list[forms.BoundField]] = {}
        for code in parameters:
            found.setdefault(str(parameters[code].group), []).append(self[code])
        return list(found.items())

    def save(self, *, by: int) -> None:
        """Settle what has changed."""
        for code in parameters:
            if self.cleaned_data[code] != self.before[code]:
                services.set_parameter(
                    parameter=parameters[code], value=self.cleaned_data[code], by=by
                )


def _field(parameter: Parameter[Any]) -> forms.Field:
    described: dict[str, Any] = {"label": parameter.label, "help_text": parameter.help_text}
    if parameter.choices:
        select = forms.Select(attrs={"class": "form-select"})
        return forms.ChoiceField(choices=parameter.choices, widget=select, **described)
    kind = type(parameter.default)
    if parameter.is_number:
        described |= {"min_value": parameter.least, "max_value": parameter.most}
    field = FIELDS[kind](required=kind not in (bool, str), **described)
    field.widget.attrs["class"] = "form-check-input" if kind is bool else "form-control"
    return field


def rows_form(
    rows: QuerySet[Any], fields: tuple[str, ...], data: Any = None, *, deletable: bool = True
) -> BaseModelFormSet[Any, Any]:
    """A table of all rows of a list with two empty ones below."""
    made = modelformset_factory(
        rows.model,
        formset=RowsFormSet,
        fields=fields,
        extra=2,
        can_delete=deletable,
        max_num=TALLEST,
    )
    return made(data, queryset=rows, prefix=rows.model._meta.model_name)


class RowsFormSet(_RowsFormSet):
    """Rows whose fields look as the pages do; each is named by its column and its row."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for name, field in form.fields.items():
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            label = _("Take out") if name == "DELETE" else field.label
            row = "" if index is None else f" {index + 1}"
            field.widget.attrs |= {"class": css_of(field), "aria-label": f"{label}{row}"}


def css_of(field: forms.Field) -> str:
    """The class of a field's widget."""
    if isinstance(field, forms.BooleanField):
        return "form-check-input"
    chosen = isinstance(field, forms.ChoiceField | forms.ModelChoiceField)
    return "form-select" if chosen else "form-control"


def next_position(dictionary: str) -> int:
    """Where a new entry goes."""
    entries = DictionaryEntry.objects.filter(dictionary=dictionary)
    return int(entries.aggregate(last=Max("position"))["last"] or 0) + 1
