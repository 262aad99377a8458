"""Which of several inputs was typed, where each of them follows from the others, or from the rest
of the row: a hidden field says so. With scripts the page sets it (`data-sets`). Without them a row
keeps beside its inputs what they said when it was last worked out (`lines-0-before`): what says
something else now was typed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Any]
else:  # generic for type checkers only
    _ModelForm = forms.ModelForm


class RecallingForm(_ModelForm):
    """`settles` names the hidden fields, with what each input makes them say; of several that were
    typed at once the first one counts. Nothing that these fields hold has a space in it."""

    settles: ClassVar[Mapping[str, Mapping[str, str]]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for hidden, inputs in self.settles.items():
            for name, said in inputs.items():
                self.fields[name].required = False
                self.fields[name].widget.attrs["data-sets"] = f"{hidden}={said}"
        kept = str(self.data.get(self.place_before, "")).split(" ")
        if len(kept) != len(self.recalled):
            return
        for name, text in zip(self.recalled, kept, strict=True):
            with suppress(forms.ValidationError):
                self.initial[name] = self.fields[name].to_python(text)

    # --- what was typed ---------------------------------------------------------------------------
    def settled_by(self, typed: Collection[str]) -> dict[str, str]:
        """What the hidden fields say once these inputs were typed."""
        found = {}
        for hidden, inputs in self.settles.items():
            first = next((name for name in inputs if name in typed), None)
            if first is not None:
                found[hidden] = inputs[first]
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        typed = [name for name in self.changed_data if data.get(name) is not None]
        settled = {} if self._is_alive else self.settled_by(typed)
        for name in self.settles:
            said = data.get(name)
            told = said not in (None, "") and (self._is_alive or name in self.changed_data)
            if not told and name in settled:
                data[name] = self.fields[name].to_python(settled[name])
            elif said in (None, ""):
                data[name] = getattr(self.instance, name)
        return data

    @property
    def _is_alive(self) -> bool:
        """Whether this comes of a page that sets the hidden fields at each key."""
        return bool(self.data.get("alive"))

    # --- what a page without scripts keeps --------------------------------------------------------
    @property
    def recalled(self) -> list[str]:
        """The fields whose texts it keeps."""
        return [*self.settles, *(name for inputs in self.settles.values() for name in inputs)]

    @property
    def place_before(self) -> str:
        """The name of the input that keeps them."""
        return self.add_prefix("before")

    @property
    def before(self) -> str:
        """What that input says."""
        fields = ((name, self.fields[name]) for name in self.recalled)
        return " ".join(input_text(f, self.get_initial_for_field(f, name)) for name, f in fields)

    def recall(self) -> dict[str, str]:
        """What the inputs of the row say once it was worked out, and what keeps it for the next
        time; nothing where it couldn't be."""
        if not self.is_valid():
            return {}
        row, fields = self.instance, self.fields
        said = {name: input_text(fields[name], getattr(row, name)) for name in self.recalled}
        inputs = {self.add_prefix(name): text for name, text in said.items()}
        return inputs | {self.place_before: " ".join(said.values())}


def input_text(field: forms.Field, value: Any) -> str:
    """A value as an input holds it."""
    if isinstance(field, forms.ModelChoiceField):
        return "" if value is None else str(value.pk)
    return str(field.widget.format_value(field.prepare_value(value)) or "")
