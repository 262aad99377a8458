"""What the inputs of a form say once it was worked out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from apps.core.kinds import following
from apps.core.kinds.choosing import Chosen, RecordChoice
from apps.core.kinds.editing import Editor
from apps.core.kinds.recalling import RecallingForm, input_text


def filled_in(editor: Editor, changed: Mapping[str, Any]) -> QueryDict:
    """What was posted, with what was worked out (`Editor.work_out`) in its inputs."""
    assert editor.data is not None
    data = editor.data.copy()
    for name, value in new_values(editor, changed).items():
        if isinstance(value, list):
            data[name], data[f"{name}-text"] = value
        else:
            data[name] = value
    for form in editor.all_forms:
        if isinstance(form, RecallingForm):
            for name, text in form.recall().items():
                data[name] = text  # `update` would add to what is there
    return data


def new_values(editor: Editor, changed: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs that have a new value; rows that were found by their names, or chosen by the form
    itself, as [key, text]."""
    found: dict[str, Any] = {
        name: changed[name] for name in changed.keys() & following.remembered(editor.form)
    }
    for form in editor.all_forms:
        for name, field in form.fields.items():
            input_name, given = form.add_prefix(name), form[name].value()
            row = form.cleaned_data.get(name)
            if name in vars(form).get("chosen_anew", ()):
                found[input_name] = [str(row.pk), str(row)] if row is not None else ["", ""]
            elif isinstance(given, Chosen) and isinstance(field, RecordChoice):
                if row is not None and not given.pk:
                    found[input_name] = [str(row.pk), str(row)]
            elif input_name in changed:
                found[input_name] = input_text(field, changed[input_name])
            elif isinstance(form, RecallingForm) and name in form.settles and row is not None:
                found[input_name] = input_text(field, row)
    return found
