"""What differs between what somebody typed and what another has saved meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.core.kinds import columns
from apps.core.kinds.editing import Editor, line_rows


@dataclass(frozen=True, slots=True)
class Difference:
    """A field with what is stored and what was typed."""

    label: str
    stored: str
    typed: str


def differences(editor: Editor, stored: Any) -> list[Difference]:
    """Field by field, then line by line."""
    editor.is_valid()
    found = _of_row("", editor.form, stored)
    for grid in editor.grids:
        theirs, mine = list(line_rows(stored, grid.prefix)), grid.filled
        known = {form.instance.pk for form in mine}
        for row, line in enumerate(theirs, start=1):
            place = _("%(lines)s, row %(row)s") % {"lines": grid.label, "row": row}
            form = next((form for form in mine if form.instance.pk == line.pk), None)
            if form is not None:
                found += _of_row(place, form, line)
            elif line.pk not in known:
                found.append(Difference(place, _summary(line), ""))
        for row, form in enumerate(mine, start=1):
            if form.instance.pk is None:
                place = _("%(lines)s, row %(row)s") % {"lines": grid.label, "row": row}
                found.append(Difference(place, "", _summary(form.instance)))
    return found


def _of_row(place: str, form: Any, stored: Any) -> list[Difference]:
    found = []
    for name, field in form.fields.items():
        if field.widget.is_hidden:
            continue
        column = columns.resolve(type(stored), name)
        theirs, mine = column.cell(stored).text, _typed(form, name, column)
        if theirs != mine:
            label = _(": ").join(t for t in (place, capfirst(str(form[name].label))) if t)
            found.append(Difference(label, theirs, mine))
    return found


def _typed(form: Any, name: str, column: columns.Column) -> str:
    """What was typed, as it would be shown; unacceptable text as it is."""
    if name in form.cleaned_data:
        return column.cell(form.instance).text
    value = form[name].value()
    return str(getattr(value, "text", value) or "")


def _summary(line: Any) -> str:
    """The first things that a line says."""
    names = [f.name for f in line._meta.concrete_fields if f.name not in ("id", "document", "row")]
    texts = [columns.resolve(type(line), name).cell(line).text for name in names[:4]]
    return "　".join(text for text in texts if text)
