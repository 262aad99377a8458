"""Which of several inputs was typed, where each of them follows from the others, or from the rest
of the row. With scripts the page says so itself. Without them a row keeps beside its inputs what
they said when it was last worked out (`lines-0-before`): what says something else now was typed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Any]
else:  # generic for type checkers only
    _ModelForm = forms.ModelForm


class RecallingForm(_ModelForm):
    """Its `recalled` fields, none of which holds a space, have changed where they say something
    else than when the page was last worked out; where no page says so, than what is stored."""

    recalled: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = str(self.data.get(self.place_before, "")).split(" ")
        if len(said) != len(self.recalled):
            return
        for name, text in zip(self.recalled, said, strict=True):
            with suppress(forms.ValidationError):
                self.initial[name] = self.fields[name].to_python(text)

    @property
    def place_before(self) -> str:
        """The name of the input that keeps it."""
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
