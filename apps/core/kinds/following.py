"""What a choice brings along: the phone of a contact, a customer's invoicing data.

What a row brought and nobody has changed gives way to what the next one brings; what somebody typed
stays. To tell them apart, a form says which of its choices others follow (`followed`), and keeps
beside each which row it was when the form was last worked out (`customer-before`). Choices that it
makes anew itself, as they can't stay beside another one, it names in `chosen_anew`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django import forms

from apps.core.kinds.choosing import RecordChoice, key_of

Brought = Mapping[str, Sequence[str]]
"""Fields with what they may say: the first that isn't empty is taken over."""


def _followed(form: forms.ModelForm[Any]) -> Iterator[tuple[str, RecordChoice]]:
    for name in getattr(form, "followed", ()):
        field = form.fields.get(name)
        if isinstance(field, RecordChoice):
            yield name, field


def _place(form: forms.ModelForm[Any], name: str) -> str:
    return f"{form.add_prefix(name)}-before"


def said_before(form: forms.ModelForm[Any], name: str) -> int | None:
    """The key of what the page of a form had chosen in a field when it was last worked out, 0 for
    nothing; None where no page says so: a file or a program sent what it means."""
    sent = form.data.get(_place(form, name)) if form.is_bound else None
    return None if sent is None else key_of(sent)


def remember(form: forms.ModelForm[Any]) -> None:
    """Let the record of a form know what was chosen before: as the page says, else as it is
    stored."""
    before: dict[str, Any] = {}
    for name, field in _followed(form):
        said = said_before(form, name)
        stored = getattr(form.instance, form.instance._meta.get_field(name).attname)
        pk = (stored or 0) if said is None else said
        rows: Any = field.queryset  # in scope: nobody finds out here what others' rows say
        known = field.widget.known.get(pk)
        before[name] = known or (rows.filter(pk=pk).first() if pk else None)
        field.widget.before = str(pk or "")
    form.instance.chosen_before = before


def remembered(form: forms.ModelForm[Any]) -> dict[str, str]:
    """What a form that has just been worked out keeps for the next time, by the names of its
    inputs."""
    found = {}
    for name, _field in _followed(form):
        pk = getattr(form.instance, form.instance._meta.get_field(name).attname)
        found[_place(form, name)] = str(pk or "")
    return found


def take_over(record: Any, name: str, brought: Callable[[Any], Brought]) -> None:
    """Let a record say what the row that it chooses in a field brings along, in the place of what
    the one before it brought; all of it where it says nothing yet. Without a form nobody has chosen
    anew: what is said then stays. `prepare` does this before anything that it may refuse, as a page
    takes it for done."""
    chosen = getattr(record, name, None)
    before = vars(record).get("chosen_before", {name: chosen}).get(name)
    new, old = (brought(row) if row is not None else {} for row in (chosen, before))
    said = any(getattr(record, field) for field in (*new, *old))
    if said and chosen == before:
        return
    for field in {**new, **old}:
        untouched = [text for text in old.get(field, ()) if text] or [""]
        if not said or getattr(record, field) in untouched:
            setattr(record, field, next(filter(None, new.get(field, ())), ""))
