"""Fields that choose a row of another table, in forms, line grids and filters.

A row of a kind, or a colleague, is found by typing: only rows in the chooser's scope are offered
and accepted, beside the one that is chosen already. What was typed and not picked counts if one row
alone fits, so a form works without JavaScript and a column of codes can be pasted. Other tables are
short: forms offer them whole, filters find in them by typing too, as most filters are never opened.
However many lines a form has, each of its columns asks once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.forms.models import ModelChoiceField
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds.addresses import url_of
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.registry import kinds
from apps.core.kinds.search import search
from apps.core.shell.widgets import drawn_widget

OFFERED: Final = 20
SHORT: Final = 500  # rows of a table that is offered whole
FORM: Final = "form"
FILTER: Final = "filter"


_read: ContextVar[dict[Any, Any] | None] = ContextVar("choices: read once", default=None)


@contextmanager
def reading_once() -> Iterator[None]:
    """What fields choose from is read once for all forms that are made inside: one user's import of
    many records."""
    token = _read.set({})
    try:
        yield
    finally:
        _read.reset(token)


def _once(key: Any, read: Callable[[], Any]) -> Any:
    """What `read` gives; inside of `reading_once`, as it was the first time."""
    known = _read.get()
    if known is None:
        return read()
    if key not in known:
        known[key] = read()
    return known[key]


if TYPE_CHECKING:
    _Choice = ModelChoiceField[Any]
else:  # generic for type checkers only
    _Choice = ModelChoiceField


class Chosen(NamedTuple):
    """What came of a picker: the primary key, and the text beside it."""

    pk: str
    text: str


class RecordWidget(forms.Widget):
    """A text to type in, and the row that was picked."""

    template_name = "core/kinds/_picker.html"

    def __init__(self, url: str, create_url: str = "") -> None:
        super().__init__()
        self.url = url
        self.create_url = create_url
        self.known: dict[int, Any] = {}
        self.before: str | None = None  # where something follows from it (`following`)

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Chosen | None:
        pk, text = str(data.get(name) or ""), str(data.get(f"{name}-text") or "").strip()
        return Chosen(pk, text) if pk or text else None

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and f"{name}-text" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        given = (
            value if isinstance(value, Chosen) else Chosen("" if value is None else str(value), "")
        )
        found = self.known.get(int(given.pk)) if given.pk.isdecimal() else None
        differs = found is not None and given.text and given.text != str(found)
        context["widget"] |= {
            "pk": "" if found is None or differs else given.pk,
            "text": given.text or ("" if found is None else str(found)),
            "url": self.url,
            "create_url": self.create_url,
            "before": self.before,
        }
        return context

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> Any:
        return drawn_widget(
            render_to_string, self.template_name, self.get_context(name, value, attrs)
        )


class RecordChoice(_Choice):
    """Chooses a row that is found by typing. `known`: the rows it may hold, by primary key."""

    widget: RecordWidget

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, Chosen):
            return None if value in self.empty_values else self._by_key(str(value))
        found = self.widget.known.get(key_of(value.pk))
        if found is not None and value.text in ("", str(found)):
            return found
        return self._by_text(value.text) if value.text else self._by_key(value.pk)

    def _by_key(self, pk: str) -> Any:
        found = self.widget.known.get(key_of(pk))
        if found is None:
            raise forms.ValidationError(self.error_messages["invalid_choice"], "invalid_choice")
        return found

    def _by_text(self, text: str) -> Any:
        rows: Any = self.queryset
        fitting = _once((rows.model, text), lambda: list(found_by(rows, text)[: OFFERED + 1]))
        exact = [row for row in fitting if str(row) == text or _names(row, text)]
        if len(exact) == 1 or len(fitting) == 1:
            row = (exact if len(exact) == 1 else fitting)[0]
            self.widget.known[row.pk] = row
            return row
        several = _("Several fit “%(text)s”: choose one.") % {"text": text}
        raise forms.ValidationError(several if fitting else nothing_fits(text), "invalid_choice")

    def has_changed(self, initial: Any, data: Any) -> bool:
        if self.disabled or not isinstance(data, Chosen):
            return super().has_changed(initial, data)
        before = "" if initial is None else str(self.prepare_value(initial))
        return data.pk != before or bool(data.text and not data.pk)


class ShortChoice(_Choice):
    """Chooses a row of a short table, read once for all lines."""

    known: Mapping[int, Any] = {}

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        found = self.known.get(key_of(str(value)))
        if found is None:
            raise forms.ValidationError(self._unknown(str(value)), "invalid_choice")
        return found

    def _unknown(self, value: str) -> str:
        """Files come with names instead of keys: then the message says which."""
        return str(self.error_messages["invalid_choice"]) if key_of(value) else nothing_fits(value)


def nothing_fits(text: str) -> str:
    """The message where no row is called so."""
    return _("Nothing fits “%(text)s”.") % {"text": text}


def key_of(pk: str) -> int:
    """The primary key that a text is; 0 where it is none."""
    return int(pk) if pk.isascii() and pk.isdecimal() and len(pk) < 19 else 0


def _names(row: Any, text: str) -> bool:
    """Whether a text is the whole of one of the row's names."""
    kind = kinds.get(row._meta.label_lower)
    fields = kind.search if kind else ("username", "display_name", "code", "name")
    return any(getattr(row, name, None) == text for name in fields)


def found_by(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Rows that hold what was typed; none hold what no column can."""
    if not text:
        return rows
    if "\x00" in text:
        return rows.none()
    if rows.model._meta.label_lower in kinds:
        return search(rows, text)
    if rows.model is get_user_model():
        return rows.filter(Q(username__istartswith=text) | Q(display_name__icontains=text))
    known = {field.name for field in rows.model._meta.concrete_fields}
    named = [Q(**{f"{name}__icontains": text}) for name in ("code", "name") if name in known]
    return rows.filter(reduce(or_, named)) if named else rows


def in_scope(rows: Any, rights: Rights, area: str) -> QuerySet[Any]:
    """Those of a field's rows that this person may choose from; lists may be asked for people who
    have left."""
    kind = kinds.get(rows.model._meta.label_lower)
    if kind is not None:
        seen: QuerySet[Any] = rows.visible_to(rights).select_related(*kind.related)
        return seen
    if rows.model is get_user_model() and area != FILTER:
        active: QuerySet[Any] = rows.filter(is_active=True)
        return active
    found: QuerySet[Any] = rows
    return found


def is_found_by_typing(field: forms.Field, area: str) -> bool:
    """Whether a field chooses a row by typing."""
    if not isinstance(field, ModelChoiceField) or field.queryset is None:
        return False
    model = field.queryset.model
    several = isinstance(field, forms.ModelMultipleChoiceField)
    large = model._meta.label_lower in kinds or model is get_user_model()
    return not several and (large or area == FILTER)


def dress_choices(
    kind: DocumentKind,
    rights: Rights,
    area: str,
    alike: Sequence[forms.BaseForm],
    *,
    creates: bool = True,
) -> None:
    """Let the fields of forms that are alike (the rows of a grid) choose as described above;
    without `creates` only among what is there already."""
    if not alike:
        return
    for name, field in list(alike[0].fields.items()):
        if is_found_by_typing(field, area):
            _dress_found(kind, rights, area, name, alike, creates)
        elif type(field) is ModelChoiceField:
            _dress_short(name, alike)


def _dress_found(
    kind: DocumentKind,
    rights: Rights,
    area: str,
    name: str,
    alike: Sequence[forms.BaseForm],
    creates: bool,
) -> None:
    rows = _rows(alike[0], name)
    # Most filters aren't set; putting the scope of each into words took a tenth of a list's time.
    unset = area == FILTER and all(_is_unset(form, name) for form in alike)
    rows = rows.none() if unset else in_scope(rows, rights, area)
    url = reverse("kinds:choices", args=[kind, f"{area}.{name}"])
    create_url = _create_url(rows, rights) if creates else ""
    known = {} if unset else _known(rows, name, alike)
    for form in alike:
        old = form.fields[name]
        new = RecordChoice(
            rows,
            required=old.required,
            label=old.label,
            help_text=old.help_text,
            initial=old.initial,
            disabled=old.disabled,
            widget=RecordWidget(url, create_url),
        )
        new.widget.known = known  # a field has a copy of the widget
        form.fields[name] = new


def _is_unset(form: forms.BaseForm, name: str) -> bool:
    """Whether a form was sent without a value for a field."""
    sent = form.add_prefix(name)
    return form.is_bound and not (form.data.get(sent) or form.data.get(f"{sent}-text"))


def _known(rows: QuerySet[Any], name: str, alike: Sequence[forms.BaseForm]) -> dict[int, Any]:
    """What the forms hold already, in scope or not, and what they ask for, if it is in scope."""
    held = {pk: row for form in alike for pk, row in _held(form, name)}
    known = {pk: row for pk, row in held.items() if row is not None}
    if len(known) < len(held):
        known |= rows.model._default_manager.in_bulk(held.keys() - known.keys())
    asked = {pk for form in alike for pk in _asked(form, name)} - known.keys()
    return known | rows.in_bulk(asked) if asked else known


def _dress_short(name: str, alike: Sequence[forms.BaseForm]) -> None:
    rows = _rows(alike[0], name)
    key = (type(alike[0]), name)
    known = dict(_once(key, lambda: {row.pk: row for row in rows[:SHORT]}))
    missing = {pk for form in alike for pk, row in _held(form, name) if pk not in known}
    known |= rows.model._default_manager.in_bulk(missing) if missing else {}
    choices = [(pk, str(row)) for pk, row in known.items()]
    for form in alike:
        old: Any = form.fields[name]
        empty = None if old.empty_label is None else ("", old.empty_label)
        new = ShortChoice(
            rows,
            required=old.required,
            label=old.label,
            help_text=old.help_text,
            initial=old.initial,
            disabled=old.disabled,
            widget=type(old.widget),
        )
        new.known = known
        new.widget.attrs = old.widget.attrs
        new.choices = [empty, *choices] if empty else choices
        form.fields[name] = new


def _rows(form: forms.BaseForm, name: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = form.fields[name].queryset  # type: ignore[attr-defined]
    return rows.all()


def _held(form: forms.BaseForm, name: str) -> Iterable[tuple[int, Any]]:
    """What the instance of a form holds already: its key, and the row where that was read."""
    instance = getattr(form, "instance", None)
    if instance is None:
        return ()
    field = instance._meta.get_field(name)
    pk = getattr(instance, field.attname)
    if pk is None:
        return ()
    return ((pk, getattr(instance, name) if field.is_cached(instance) else None),)


def _asked(form: forms.BaseForm, name: str) -> Iterable[int]:
    """The key that a form was given for a field."""
    given = (
        form.data.get(form.add_prefix(name), "")
        if form.is_bound
        else form.get_initial_for_field(form.fields[name], name)
    )
    pk = key_of(str(getattr(given, "pk", given)))
    return (pk,) if pk else ()


def _create_url(rows: QuerySet[Any], rights: Rights) -> str:
    kind = kinds.get(rows.model._meta.label_lower)
    if kind is None or not kind.can(rights, Action.ADD):
        return ""
    return url_of(kind, "quick")
