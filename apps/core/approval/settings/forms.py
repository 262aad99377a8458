"""The rows of a matrix as a table of fields, whatever the matrix asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.approval.departments import FACT, department_facts
from apps.core.approval.settings.branches import DepartmentsField, Tree
from apps.core.approval.settings.conditions import Condition
from apps.core.approval.settings.folded import TextsField
from apps.core.approval.settings.matrix import Input, Matrix, Row
from apps.core.approval.settings.people import Deciders
from apps.core.inbox import wording
from apps.core.inbox.wording import listed
from apps.core.parameters.forms import css_of
from engine.organisation import organisation

PREFIX: Final = "rows"
LEVELS: Final = 9
MOST_ROWS: Final = 100
SEPARATORS: Final = "，,;；"
MODES: Final = list(wording.MODES.items())
YES_NO: Final = [
    ("", gettext_lazy("Any")),
    ("yes", gettext_lazy("Yes")),
    ("no", gettext_lazy("No")),
]


class RowForm(forms.Form):
    """A row: a cell for each input, then who decides. A row without level and role is empty."""

    level = forms.IntegerField(min_value=1, max_value=LEVELS, required=False)
    role = forms.ChoiceField(required=False)
    mode = forms.ChoiceField(choices=MODES, initial="any", required=False)
    threshold = forms.IntegerField(min_value=1, max_value=100, initial=100, required=False)
    description = forms.CharField(
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("In words")}),
    )
    cc = forms.CharField(
        label=gettext_lazy("Copies to"),
        max_length=300,
        required=False,
        widget=forms.TextInput(
            attrs={
                "list": "deciders",
                "placeholder": gettext_lazy("Copies to: roles or people, parted by commas"),
            }
        ),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        prefix: str,
        inputs: Sequence[Input],
        row: Row | None,
        deciders: Deciders,
        tree: Tree,
    ) -> None:
        initial: dict[str, Any] = {}
        if row is not None:
            names = listed(map(deciders.name, row.cc))
            initial = {**_initial(inputs, row), "cc": names}
        super().__init__(data, prefix=prefix, initial=initial)
        self.inputs = inputs
        self.deciders, self.tree = deciders, tree
        role: Any = self.fields["role"]
        role.choices = deciders.choices
        if row is not None and row.role not in {**deciders.roles, **deciders.people}:
            role.choices = [*deciders.choices, (row.role, deciders.name(row.role))]
        self.formulas = _formulas(inputs, row)
        for each in inputs:
            if each.name not in self.formulas:
                self.fields.update(_fields(each))
        self._offer(self.fields)
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = field.label or name
            field.widget.attrs["class"] = f"{css_of(field)} {css_of(field)}-sm"
            field.widget.attrs["style"] = f"min-width: {_width(name, field)}rem"

    def _offer(self, fields: Mapping[str, Any]) -> None:
        """The departments, the known texts, and what the row names already."""
        for name, field in fields.items():
            named = self.initial.get(name, ())
            if isinstance(field, DepartmentsField):
                field.choices = self.tree.choices(named)
            elif isinstance(field, TextsField):
                field.offer(named)

    @property
    def width(self) -> int:
        """Columns from the conditions to the percentage."""
        return len(self.inputs) + 4

    @property
    def cells(self) -> Iterator[dict[str, Any]]:
        """For the page: of each input its fields, or the formula that stays as it is."""
        for each in self.inputs:
            fields = [self[name] for name in _fields(each) if name in self.fields]
            yield {"input": each, "fields": fields, "formula": self.formulas.get(each.name, "")}

    def clean_cc(self) -> tuple[str, ...]:
        """Those who get copies, as a matrix names them."""
        names = split(self.cleaned_data["cc"])
        unknown = [name for name in names if self.deciders.meant(name) is None]
        if unknown:
            text = _("No role and no colleague is called so: %(names)s.")
            raise forms.ValidationError(text % {"names": listed(unknown)})
        found = (self.deciders.meant(name) for name in names)
        return tuple(dict.fromkeys(code for code in found if code is not None))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.is_empty:
            for name in ("level", "role"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("Is needed."))
        return data

    @property
    def is_empty(self) -> bool:
        """Whether nothing was filled in."""
        return not self.has_changed() and not self.initial

    def row(self) -> Row:
        """What was filled in."""
        data = self.cleaned_data
        return Row(
            conditions=tuple(self._condition(each) for each in self.inputs),
            level=data["level"],
            role=data["role"],
            mode=data["mode"] or "any",
            threshold=data["threshold"] or 100,
            description=data["description"],
            cc=data["cc"],
        )

    def _condition(self, each: Input) -> Condition:
        if each.name in self.formulas:
            return Condition(formula=self.formulas[each.name])
        data = self.cleaned_data
        if each.kind == "departments":
            return Condition(within=tuple(data[each.name]))
        if each.kind == "number":
            return Condition(lowest=data[f"{each.name}_from"], below=data[f"{each.name}_to"])
        if each.kind == "boolean":
            return Condition(flag={"yes": True, "no": False}.get(data[each.name]))
        given = data[each.name]
        return Condition(among=tuple(given if each.known else split(given)))


def _width(name: str, field: forms.Field) -> float:
    """Room for what usually stands in a field, in rem."""
    if name in ("level", "threshold"):
        return 3.5
    if isinstance(field, forms.ChoiceField):
        return {"role": 11.125, "mode": 6.75}.get(name, 5.25)
    return 5.5 if isinstance(field, forms.DecimalField) else 7


def split(text: str) -> list[str]:
    """Texts that are parted by commas."""
    for separator in SEPARATORS:
        text = text.replace(separator, "、")
    return [part for part in map(str.strip, text.split("、")) if part]


def _fields(each: Input) -> dict[str, forms.Field]:
    if each.kind == "number":
        whole: dict[str, Any] = {"decimal_places": 0, "max_digits": 13, "required": False}
        return {
            f"{each.name}_from": forms.DecimalField(
                label=_("%(input)s from") % {"input": each.label}, **whole
            ),
            f"{each.name}_to": forms.DecimalField(
                label=_("%(input)s to (below)") % {"input": each.label}, **whole
            ),
        }
    if each.kind == "boolean":
        return {each.name: forms.ChoiceField(label=each.label, choices=YES_NO, required=False)}
    if each.kind == "departments":
        return {each.name: DepartmentsField(label=each.label, required=False)}
    if each.known:
        return {each.name: TextsField(label=each.label, choices=each.known, required=False)}
    known = forms.TextInput(attrs={"list": f"texts-{each.name}"})
    return {
        each.name: forms.CharField(label=each.label, max_length=300, required=False, widget=known)
    }


def _initial(inputs: Sequence[Input], row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: getattr(row, name) for name in ("level", "role", "mode", "threshold", "description")
    }
    for each, condition in zip(inputs, row.conditions, strict=True):
        if each.kind == "number":
            found[f"{each.name}_from"] = condition.lowest
            found[f"{each.name}_to"] = condition.below
        elif each.kind == "boolean":
            found[each.name] = {True: "yes", False: "no"}.get(condition.flag, "")  # type: ignore[arg-type]
        elif each.kind == "departments":
            found[each.name] = list(condition.within)
        else:
            found[each.name] = list(condition.among) if each.known else listed(condition.among)
    return found


def _formulas(inputs: Sequence[Input], row: Row | None) -> dict[str, str]:
    """Cells that can't be filled in here: formulas, and conditions of another type than the
    input's."""
    if row is None:
        return {}
    found = {}
    for each, condition in zip(inputs, row.conditions, strict=True):
        amount = condition.lowest is not None or condition.below is not None
        fits = {
            "number": condition.flag is None and not condition.among,
            "boolean": not amount and not condition.among,
            "string": not amount and condition.flag is None and not condition.within,
            "departments": not amount and condition.flag is None,
        }[each.kind]
        if condition.formula or not fits:
            found[each.name] = condition.cell
    return found


class Table:
    """The rows on the page, from the matrix or as they were sent; `extra` empty ones below."""

    def __init__(
        self, matrix: Matrix, data: Mapping[str, Any] | None = None, *, extra: int = 1
    ) -> None:
        self.matrix = matrix
        self.deciders, self.tree = Deciders(), Tree()
        known = list(matrix.rows)
        count = len(known) + extra if data is None else self._count(data) + extra
        self.forms = [
            RowForm(
                data if data is not None and index < count - extra else None,
                prefix=f"{PREFIX}-{index}",
                inputs=matrix.inputs,
                row=known[index] if index < len(known) else None,
                deciders=self.deciders,
                tree=self.tree,
            )
            for index in range(count)
        ]
        self.sent = self.forms if data is None else self.forms[: count - extra]
        self.removed = {
            index for index in range(count) if data and f"{PREFIX}-{index}-gone" in data
        }

    @staticmethod
    def _count(data: Mapping[str, Any]) -> int:
        try:
            return max(0, min(int(data.get(f"{PREFIX}-count", 0)), MOST_ROWS))
        except ValueError:
            return 0

    @property
    def filled(self) -> list[RowForm]:
        """What will be the rows: neither empty nor taken out."""
        return [
            form
            for index, form in enumerate(self.sent)
            if index not in self.removed and not form.is_empty
        ]

    def is_valid(self) -> bool:
        """Whether each of these rows can be understood."""
        valid = [form.is_valid() for form in self.filled]
        return all(valid)

    def rows(self) -> list[Row]:
        """Once it is valid."""
        return [form.row() for form in self.filled]


class TryForm(forms.Form):
    """A document to try the matrix with: what the matrix asks for, and who submits it."""

    def __init__(self, data: Any = None, *, matrix: Matrix, people: Sequence[tuple[int, str]]):
        super().__init__(data, prefix="try")
        self.matrix = matrix
        first = _initial(matrix.inputs, matrix.rows[0]) if matrix.rows else {}
        for each in matrix.inputs:
            self.fields[each.name] = self._field(each)
            if each.kind == "string":  # a document that the first row is about
                named = first.get(each.name, "")
                self.initial[each.name] = next(iter(named if each.known else split(named)), "")
        self.fields["initiator"] = forms.TypedChoiceField(
            label=_("Submitted by"), choices=people, coerce=int
        )
        for field in self.fields.values():
            field.widget.attrs["class"] = css_of(field)

    @staticmethod
    def _field(each: Input) -> forms.Field:
        if each.kind == "number":
            return forms.DecimalField(
                label=each.label, min_value=0, max_digits=15, decimal_places=2, initial=100_000
            )
        if each.kind == "boolean":
            return forms.BooleanField(label=each.label, required=False)
        if each.kind == "departments":
            theirs = ("", _("Of whoever submits it"))
            return forms.TypedChoiceField(
                label=each.label, required=False, choices=[theirs, *Tree().units], coerce=int
            )
        if each.known:
            return forms.ChoiceField(label=each.label, choices=each.known)
        known = forms.TextInput(attrs={"list": f"texts-{each.name}"})
        return forms.CharField(label=each.label, required=False, max_length=100, widget=known)

    def facts(self) -> dict[str, Any]:
        """Facts by the inputs' names, without who submits."""
        given = {each.name: self.cleaned_data[each.name] for each in self.matrix.inputs}
        for each in self.matrix.inputs:
            if each.kind == "departments":
                theirs = organisation().department_of(self.cleaned_data["initiator"])
                department = given[each.name] or theirs
                told = department_facts(department) if department else {FACT: []}
                given[each.name] = told[FACT]
        return given
