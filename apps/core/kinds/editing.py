"""A record with its lines as forms: the one way in for pages, API and import.

What is typed is validated by the kind's forms, completed by `prepare`, and written by the
services. A preview does the same without writing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.core.access.rights import Rights
from apps.core.kinds import columns, following, services
from apps.core.kinds.choosing import FORM, dress_choices
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.dressing import dress, mark_errors
from apps.core.kinds.grids import MOST, Grid
from apps.core.kinds.models import Line
from engine.exceptions import InvalidData, WrongState


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to put right; `anchor` is the id of its field, "" for the whole."""

    text: str
    anchor: str = ""


class Editor:
    """The forms of one record. `record` is None for a new one; `copied` gives what a new one begins
    with, and its lines. `only`: the fields that may be typed, where that isn't everything; the
    others stay as they are stored, and so do the lines."""

    def __init__(
        self,
        kind: DocumentKind,
        rights: Rights,
        *,
        record: Any = None,
        data: QueryDict | None = None,
        initial: dict[str, Any] | None = None,
        copied: tuple[Any, Mapping[str, Sequence[Any]]] | None = None,
        only: Collection[str] | None = None,
    ) -> None:
        self.kind = kind
        self.rights = rights
        self.record = record
        self.data = data
        self._initial = initial
        self._copied = copied
        self._only = only
        if copied is not None and _is_connected(kind.form_class(instance=copied[0])):
            self._prepare(*copied)  # before its form shows what it says

    @cached_property
    def form(self) -> forms.ModelForm[Any]:
        """The header."""
        instance = self.record if self._copied is None else self._copied[0]
        form = self.kind.form_class(
            self.data, instance=instance, initial=self._initial, use_required_attribute=False
        )
        for name, field in [*form.fields.items()]:
            if name not in columns.open_names(self.kind, [name], self.rights):
                del form.fields[name]
            elif self._only is not None and name not in self._only:
                field.disabled = True
        dress_choices(self.kind, self.rights, FORM, [form])
        following.remember(form)
        dress(form)
        return form

    @cached_property
    def grids(self) -> list[Grid]:
        """The lines, where they can be typed."""
        if self._only is not None:
            return []
        return [
            Grid(self.kind, lines, self.rights, self.data, self._stored(lines.related))
            for lines in self.kind.lines
        ]

    def _stored(self, related: str) -> Sequence[Any]:
        if self._copied is not None:
            return self._copied[1].get(related, ())
        if self.record is None:
            return ()
        return list(line_rows(self.record, related))

    # --- checking ---------------------------------------------------------------------------------
    def is_valid(self) -> bool:
        """Whether everything typed is acceptable."""
        valid = all([self.form.is_valid(), *[grid.is_valid() for grid in self.grids]])
        for grid in self.grids:
            said = ""
            if grid.overfull:
                said = _("%(lines)s: no more than %(most)s lines.")
            elif len(grid.filled) < grid.lines.minimum:
                said = _("%(lines)s: add a line.")
            said %= {"lines": grid.label, "most": MOST}
            if said and said not in self.form.errors.get(NON_FIELD_ERRORS, ()):
                self.form.add_error(None, said)
        return valid and not self.form.errors

    def work_out(self) -> tuple[dict[str, Any], dict[str, list[str]]]:
        """Work out what isn't typed from what is acceptable of the rest; nothing as long as a
        record is missing that the form must name. What inputs say then that said something else, by
        their names, and what kept it from going on, by fields. Nothing is written, whatever
        `prepare` does."""
        # What is wrong in the header keeps nothing else of it from being worked out.
        inputs = [form for form in self.all_forms if form.is_valid() or form is self.form]
        if not _is_connected(self.form):
            return {}, {}
        lines = {grid.prefix: grid.instances(valid_only=True) for grid in self.grids}
        before = [self._values(form) for form in inputs]
        errors = self._prepare(self.form.instance, lines)
        changed = {
            form.add_prefix(name): value
            for form, was in zip(inputs, before, strict=True)
            for name, value in self._values(form).items()
            if value != was[name] and name not in form.errors
        }
        return changed | following.remembered(self.form), errors

    def _prepare(self, record: Any, lines: Mapping[str, Sequence[Any]]) -> dict[str, list[str]]:
        try:
            with transaction.atomic():
                self.kind.prepare(record, lines)
                transaction.set_rollback(True)
        except InvalidData as error:
            return error.data.get("errors") or {"": [str(error)]}
        return {}

    @property
    def all_forms(self) -> Iterator[forms.ModelForm[Any]]:
        """Those that are filled in."""
        yield self.form
        for grid in self.grids:
            yield from grid.filled

    @staticmethod
    def _values(form: forms.ModelForm[Any]) -> dict[str, Any]:
        return {name: getattr(form.instance, name, None) for name in form.fields}

    # --- writing ----------------------------------------------------------------------------------
    def save(self, seen_version: int | None = None, now: datetime | None = None) -> Any:
        """Write the record. Raises InvalidData where something is to be put right, and what
        `save_record` raises."""
        if not self.is_valid():
            raise InvalidData(_("Some of it is to be put right first."), errors=self.errors())
        return services.save_record(
            kind=self.kind,
            record=self.form.instance,
            lines=self._lines(),
            rights=self.rights,
            seen_version=seen_version,
            now=now,
        )

    def _lines(self) -> dict[str, Sequence[Any]]:
        if self._only is None:
            return {grid.prefix: grid.instances() for grid in self.grids}
        return {lines.related: self._stored(lines.related) for lines in self.kind.lines}

    # --- telling what is wrong --------------------------------------------------------------------
    def errors(self) -> dict[str, list[str]]:
        """Messages by field, as `InvalidData` has them: `customer`, `lines-0-quantity`, ""."""
        found: dict[str, list[str]] = {}
        for prefix, form in self._numbered():
            for name, texts in form.errors.items():
                key = prefix.rstrip("-") if name == NON_FIELD_ERRORS else f"{prefix}{name}"
                found.setdefault(key, []).extend(str(text) for text in texts)
        return found

    def _numbered(self) -> Iterator[tuple[str, forms.ModelForm[Any]]]:
        """The forms with the prefixes of errors: lines are numbered as they are saved."""
        yield "", self.form
        for grid in self.grids:
            for index, form in enumerate(grid.filled):
                yield f"{grid.prefix}-{index}-", form

    def tell(self, errors: Mapping[str, Sequence[str]]) -> None:
        """Put messages of the services beside the fields they are about."""
        self.is_valid()
        for form in self.all_forms:
            form.errors  # noqa: B018  (makes them)
            vars(form).setdefault("cleaned_data", {})
        forms_by_prefix = dict(self._numbered())
        for key, texts in errors.items():
            prefix = next((p for p in forms_by_prefix if p and f"{key}-".startswith(p)), "")
            form, name = forms_by_prefix[prefix], key.removeprefix(prefix)
            known = list(form.errors.get(name or NON_FIELD_ERRORS, ()))
            for text in texts:
                if text not in known:
                    form.add_error(name if name in form.fields else None, text)

    def forgive_missing(self) -> None:
        """Drop the errors of what isn't filled in yet, as long as nobody has finished; what was
        typed or pasted wrong stays one."""
        for form in self.all_forms:
            for name, found in form.errors.as_data().items():
                told = [error for error in found if error.code != "required"]
                del form.errors[name]
                if told and name != NON_FIELD_ERRORS:
                    form.errors[name] = form.error_class(told)

    def problems(self) -> list[Problem]:
        """All errors for the summary on top, each with where it is; fields get red edges."""
        mark_errors(self.form)
        found = list(self._problems_of(self.form, ""))
        for grid in self.grids:
            grid.mark_errors()
            for row, form in enumerate(grid.rows, start=1):
                if form in grid.filled:
                    place = _("%(lines)s, row %(row)s") % {"lines": grid.label, "row": row}
                    found += self._problems_of(form, place)
        return found

    @staticmethod
    def _problems_of(form: forms.ModelForm[Any], place: str) -> Iterator[Problem]:
        first = next((bound for bound in form if not bound.is_hidden), None)
        for name, texts in form.errors.items():
            field = form.fields.get(name)
            label = capfirst(str(form[name].label)) if field else ""
            where = form[name] if field else first if place else None  # of a row its first cell
            anchor = where.auto_id if where else ""
            said = _(": ").join(part for part in (place, label) if part)
            for text in texts:
                whole = _("%(field)s: %(text)s") % {"field": said, "text": text}
                yield Problem(whole if said else str(text), anchor)


def _is_connected(form: forms.ModelForm[Any]) -> bool:
    """Whether all rows of other tables are there that the form must name, but for those without
    which it says that the rest can be worked out (`may_come_later`)."""
    return all(
        getattr(form.instance, form.instance._meta.get_field(name).attname) is not None
        for name, field in form.fields.items()
        if field.required
        and isinstance(field, forms.ModelChoiceField)
        and name not in getattr(form, "may_come_later", ())
    )


def line_rows(record: Any, related: str) -> Any:
    """Lines of a record in their order, with what they name."""
    manager = getattr(record, related)
    if related in getattr(record, "_prefetched_objects_cache", ()):
        return manager.all()
    return lines_of(manager.model, manager.all())


def keep_lines(record: Any, related: str, rows: list[Any]) -> None:
    """Let `rows` be the lines of a record that were read with it, as `prefetch_related` does."""
    for row in rows:
        row.document = record
    lines = getattr(record, related).all()
    lines._result_cache, lines._prefetch_done = rows, True
    record.__dict__.setdefault("_prefetched_objects_cache", {})[related] = lines


def lines_of(model: type[Line], rows: Any = None) -> Any:
    """Lines in their order, with what they name: all of them, or those given."""
    names = [field.name for field in model._meta.concrete_fields if field.is_relation]
    read = [name for name in names if name != "document"]
    found = model._default_manager.all() if rows is None else rows
    if read:  # without a name `select_related` follows them all, to the document too
        found = found.select_related(*read)
    return found.order_by("row")


def copy_of(kind: DocumentKind, record: Any) -> tuple[Any, dict[str, list[Any]]]:
    """A new record that says the same as another one: the fields of the form, and the lines.
    Raises WrongState for a kind that has no copies."""
    if not kind.copies:
        raise WrongState(_("%(kinds)s can't be copied.") % {"kinds": capfirst(kind.label_plural)})
    new = kind.model()
    for name in kind.form_class.base_fields:
        field: Any = new._meta.get_field(name)
        if not field.unique and not field.many_to_many and field.name != "date":
            setattr(new, name, getattr(record, name))
    return new, {
        each.related: [line_copy(line) for line in line_rows(record, each.related)]
        for each in kind.lines
    }


def line_copy(line: Line) -> Any:
    """A line that isn't stored and says the same."""
    new = type(line)()
    for field in line._meta.concrete_fields:
        if not field.primary_key and field.name not in {"document", "row", *line.NOT_COPIED}:
            setattr(new, field.name, getattr(line, field.name))
    return new
