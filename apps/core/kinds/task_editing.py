"""Task forms that edit the document of their case: by the kind's own form, rules and rights."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.access.rights import rights_of
from apps.core.kinds.editing import Editor
from apps.core.kinds.models import Record
from apps.core.kinds.registry import kind_of_key
from apps.core.kinds.services import require_seen
from apps.core.task_form import TaskForm
from engine.exceptions import InvalidDefinition

VERSION: Final = "version"


class EditingForm(TaskForm):
    """A task form that shows fields of the document, and writes what is typed there together with
    the decision (`engine.forms.Editing`).

    What isn't sent stays as it is. Whoever may not change the document sees its fields, and a value
    sent nevertheless is refused. The cleaned data holds what has changed, rows of other tables by
    their ids; `version` is the version of the document that the sender saw."""

    edits: ClassVar[type[Record]]
    """Of what the cases are that the form belongs to."""
    editable: ClassVar[Sequence[str]]
    """Fields of the kind's form. Approval tasks have no such form: what is approved stays."""

    def fit(self) -> None:
        kind, pk = kind_of_key(self.task.business_key)
        if kind.model is not self.edits:
            raise InvalidDefinition(
                _("The task form edits %(kinds)s; this case is about something else.")
                % {"kinds": self.edits._meta.verbose_name_plural}
            )
        rows = kind.model._default_manager.select_related(*kind.related)
        self.kind, self.record, self.rights = kind, rows.get(pk=pk), rights_of(self.task.user)
        names = self.names_to_edit()
        typed = [name for name in names if not self.is_bound or self._is_sent(name)]
        self._editor = Editor(
            kind,
            self.rights,
            record=self.record,
            data=_as_typed(self.data) if self.is_bound else None,
            only=typed,
        )
        locked = not self.is_bound and not kind.can(self.rights, Action.CHANGE, self.record)
        editor = self._editor.form
        for name in names:
            if name in editor.fields:
                field = self.fields[name] = editor.fields[name]
                field.disabled |= locked
                self.initial[name] = editor.get_initial_for_field(field, name)
        if names:
            self.fields[VERSION] = forms.IntegerField(required=False, widget=forms.HiddenInput)
            self.initial[VERSION] = self.record.version

    def names_to_edit(self) -> Collection[str]:
        """Those of `editable` that this task asks for."""
        return self.editable

    def _is_sent(self, name: str) -> bool:
        return name in self.data or f"{name}-text" in self.data

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self._seen = data.pop(VERSION, None)
        self._editor.is_valid()
        editor = self._editor.form
        for name, texts in editor.errors.items():
            told = set(self.errors.get(name, ()))
            for text in texts:
                if name in self.fields and text not in told:
                    self.add_error(name, text)
                elif name not in self.fields:
                    label = capfirst(str(editor[name].label)) if name in editor.fields else ""
                    self.add_error(None, _(": ").join(part for part in (label, str(text)) if part))
        kept = {name: value for name, value in data.items() if name not in editor.fields}
        changed = {name: editor.cleaned_data.get(name) for name in editor.changed_data}
        return kept | {name: getattr(value, "pk", value) for name, value in changed.items()}

    def write(self, now: datetime) -> None:
        """Save what was typed. Raises Conflict for a document that has changed since it was seen,
        NotAllowed and WrongState where it may not be changed, InvalidData."""
        if self._seen is not None:
            require_seen(self.record, self._seen)
        if self._editor.form.has_changed():
            self._editor.save(self.record.version, now)


def _as_typed(data: Any) -> QueryDict:
    """What a program sent, as a page would send it."""
    if isinstance(data, QueryDict):
        return data
    typed = QueryDict(mutable=True)
    typed.update({name: "" if value is None else str(value) for name, value in data.items()})
    return typed
