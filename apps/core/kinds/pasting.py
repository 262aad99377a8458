"""Cells of a spreadsheet, put into the rows of a grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils import translation

from apps.core.kinds.recalling import RecallingForm

Row = dict[str, list[str]]
"""What was posted of a row, by the names of its fields."""


def paste(
    rows: list[Row], blank: forms.ModelForm[Any], row: int, name: str, text: str, *, most: int
) -> None:
    """The cells of `text` (tabs between them), from the field `name` of a row on to the right and
    down; where its first line holds headings, into the columns that they name. `blank` is the empty
    row."""
    lines = text.replace("\r\n", "\n").strip("\n").split("\n") if text.strip() else []
    table = [[cell.strip() for cell in line.split("\t")] for line in lines[: most + 1]]
    names = [n for n, field in blank.fields.items() if not field.widget.is_hidden]
    places: Sequence[str] = names[names.index(name) :] if name in names else names
    if table and (headed := _named_by(table[0], blank, names)):
        places, table = headed, table[1:]
    for index, said in enumerate(table[:most], start=max(0, row)):
        while len(rows) <= index:
            rows.append({n: [_initial(blank[n])] for n in blank.fields})
        cells = {place: cell for place, cell in zip(places, said, strict=False) if place}
        for place, value in cells.items():
            rows[index] |= _pasted(blank.fields[place], place, value)
        if isinstance(blank, RecallingForm):
            typed = blank.settled_by([place for place, value in cells.items() if value])
            rows[index] |= {place: [value] for place, value in typed.items()}


def _named_by(
    heading: Sequence[str], blank: forms.ModelForm[Any], names: Sequence[str]
) -> list[str]:
    """The fields that the cells of a line name, "" for those that name none; nothing where it is no
    heading. Two headings in one line are no accident, and one is none where it stands alone."""
    known: dict[str, str] = {}
    for code, _language in settings.LANGUAGES:
        with translation.override(code):
            known |= {_plain(str(blank.fields[name].label or "")): name for name in names}
    found = [known.get(_plain(cell), "") for cell in heading]
    said, meant = sum(map(bool, heading)), sum(map(bool, found))
    return found if meant and (meant > 1 or meant == said) else []


def _plain(heading: str) -> str:
    """Without what a template or a list adds: whose line it is, a star, a unit."""
    name = heading.replace("：", ":").rpartition(":")[2].partition("（")[0].partition("(")[0]
    return name.strip(" *").casefold()


def _initial(field: forms.BoundField) -> str:
    """What an empty row holds."""
    value = field.value()
    return "" if value is None else str(value)


def _pasted(field: forms.Field, name: str, value: str) -> Mapping[str, list[str]]:
    """One cell. Rows of other tables come by their names, numbers perhaps with ¥ and commas."""
    if isinstance(field, forms.ModelChoiceField):
        known = getattr(field, "known", None)
        if known is None:
            return {name: [""], f"{name}-text": [value]}
        return {name: [str(next((pk for pk, row in known.items() if str(row) == value), value))]}
    if isinstance(field, forms.ChoiceField):
        listed: Any = field.choices
        choices = {str(label): str(key) for key, label in listed}
        return {name: [choices.get(value, value)]}
    if isinstance(field, forms.DecimalField | forms.IntegerField):
        value = value.replace(",", "").replace("，", "").lstrip("¥￥").rstrip("%")
    if isinstance(field, forms.DateField):
        value = value.replace("/", "-").replace(".", "-")
    return {name: [value]}
