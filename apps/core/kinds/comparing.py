"""What differs: between what somebody typed and what another has saved meanwhile, and between two
versions of a document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.core.kinds import columns
from apps.core.kinds.editing import Editor, line_rows
from apps.core.kinds.showing import Fact, Row, Sheet, Table


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


# --- versions -------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Change:
    """What one version says and the next says otherwise; "" where it says nothing."""

    label: str
    before: str
    after: str


def changes(before: Sheet, after: Sheet) -> list[Change]:
    """Field by field, then line by line."""
    old, new = _facts(before), _facts(after)
    found = [
        Change((new.get(path) or old[path]).label, _text(old.get(path)), _text(new.get(path)))
        for path in {**new, **old}
    ]
    for was, now in zip(before.tables, after.tables, strict=True):
        found += _of_tables(was, now)
    return [change for change in found if change.before != change.after]


def _facts(sheet: Sheet) -> dict[str, Fact]:
    facts = [fact for _label, facts in sheet.sections for fact in facts]
    return {fact.path: fact for fact in [*facts, *sheet.totals]}


def _text(fact: Fact | None) -> str:
    return fact.cell.text if fact is not None else ""


def _of_tables(before: Table, after: Table) -> Iterator[Change]:
    gone = {row.line.pk: row for row in before.rows}
    for row in after.rows:
        was = gone.pop(row.line.was, None)
        place = _("%(lines)s, row %(row)s") % {"lines": after.label, "row": row.line.row}
        if was is None:
            yield Change(place, "", _said(row))
            continue
        for (column, cell, _path), (_column, old, _old_path) in zip(
            row.cells, was.cells, strict=True
        ):
            yield Change(_(": ").join((place, column.label)), old.text, cell.text)
    for row in gone.values():
        place = _("%(lines)s, row %(row)s") % {"lines": before.label, "row": row.line.row}
        yield Change(place, _said(row), "")


def _said(row: Row) -> str:
    """A line in one."""
    return "　".join(cell.text for _column, cell, _path in row.cells if cell.text)
