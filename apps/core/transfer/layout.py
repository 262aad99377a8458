"""The columns of an import: the fields of the kind's forms, by the labels that people read.

A kind with lines has a first column by which rows are grouped: rows with the same text there are
lines of one document, whose own fields stand in the first of these rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.core.access.rights import Rights
from apps.core.kinds.choosing import RecordChoice
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.editing import Editor
from apps.core.kinds.months import MonthField

OFFERED: Final = 200
"""Entries of a pick list; longer ones are typed."""
REMARK: Final = "*"
"""Key of the column that says what is wrong with a row: nothing is read from it."""


@dataclass(frozen=True, slots=True)
class ImportColumn:
    """A column: the field of the header, or (`related`) of a line."""

    name: str
    label: str
    field: forms.Field
    related: str = ""

    @property
    def key(self) -> str:
        """`customer`, or `lines-product`: names the column whatever the language."""
        return f"{self.related}-{self.name}" if self.related else self.name

    @property
    def choices(self) -> Sequence[str]:
        """What can be picked; empty where it is typed."""
        if isinstance(self.field, forms.BooleanField):
            return (_("Yes"), _("No"))
        if isinstance(self.field, RecordChoice) or not isinstance(self.field, forms.ChoiceField):
            return ()
        labels = [
            str(label) for value, label in _flat(self.field.choices) if value not in ("", None)
        ]
        return labels if len(labels) <= OFFERED else ()

    @property
    def hint(self) -> str:
        """How to fill it in."""
        match self.field:
            case forms.DateTimeField():
                said = _("A date and time, such as 2027-10-14 09:30")
            case MonthField():
                said = _("A month, such as 2027-10")
            case forms.DateField():
                said = _("A date, such as 2027-10-14")
            case forms.DecimalField() | forms.IntegerField():
                said = _("A number")
            case forms.BooleanField():
                said = _("Yes or no")
            case RecordChoice():
                said = _("Its name or number, as it is in the system")
            case forms.ChoiceField():
                said = _("One from the list")
            case _other:
                longest = getattr(self.field, "max_length", None)
                said = (
                    _("Text of at most %(longest)s characters") % {"longest": longest}
                    if longest
                    else _("Text")
                )
        return f"{said}　{self.field.help_text}".strip()


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield value, label


class Layout:
    """The columns of a kind for one person, in the language of now."""

    def __init__(self, kind: DocumentKind, rights: Rights) -> None:
        self.kind = kind
        self.rights = rights

    @property
    def grouped(self) -> bool:
        """Whether rows are grouped to documents by their first cell."""
        return bool(self.kind.lines)

    @property
    def group_label(self) -> str:
        return _("Group")

    @property
    def remark_label(self) -> str:
        return _("What to put right")

    @cached_property
    def columns(self) -> list[ImportColumn]:
        """In the order of the template."""
        editor = Editor(self.kind, self.rights)
        found = [
            ImportColumn(name, capfirst(str(field.label)), field)
            for name, field in editor.form.fields.items()
            if not field.widget.is_hidden
        ]
        for grid in editor.grids:
            for name, field in grid.entries[-1].fields.items():
                if not field.widget.is_hidden:
                    label = _(": ").join((grid.label, capfirst(str(field.label))))
                    found.append(ImportColumn(name, label, field, grid.prefix))
        return found

    def labels(self) -> list[str]:
        """The heading of the template."""
        return [*([self.group_label] if self.grouped else []), *(c.label for c in self.columns)]

    def by_label(self) -> Mapping[str, str]:
        """Keys of columns by what a heading may say, in any of the languages; "" for the group."""
        found: dict[str, str] = {}
        for code, _name in settings.LANGUAGES:
            with translation.override(code):
                spoken = Layout(self.kind, self.rights)
                found[_normal(self.remark_label)] = REMARK
                found |= {_normal(column.label): column.key for column in spoken.columns}
                if self.grouped:
                    found[_normal(self.group_label)] = ""
        return found

    def find(self, heading: Sequence[str]) -> tuple[dict[int, str], list[str]]:
        """Which cell of a row is which column, by position; and headings that are none."""
        known = self.by_label()
        named = {at: _normal(text) for at, text in enumerate(heading) if text.strip()}
        unknown = [heading[at] for at, text in named.items() if text not in known]
        places = {at: known[text] for at, text in named.items() if text in known}
        return {at: key for at, key in places.items() if key != REMARK}, unknown


def _normal(label: str) -> str:
    return "".join(label.split()).rstrip("*＊").replace("：", ":").lower()
