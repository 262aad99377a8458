"""What a field that chooses rows offers for what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.http import QueryDict
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds import columns
from apps.core.kinds.choosing import (
    FILTER,
    FORM,
    OFFERED,
    SHORT,
    found_by,
    in_scope,
    is_found_by_typing,
)
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.registry import kinds
from engine.exceptions import NotAllowed, NotFound


@dataclass(frozen=True, slots=True)
class Option:
    """A row that can be chosen, and what tells it from others of its name."""

    pk: int
    text: str
    more: str


def options(kind: DocumentKind, rights: Rights, place: str, query: QueryDict) -> list[Option]:
    """The first rows that fit. The form gets what else was typed (`customer=5`), so that it may
    offer less. Raises NotFound for a place that chooses nothing, NotAllowed."""
    area, _dot, name = place.partition(".")
    if not any(rights.may(kind.key, action) for action in _needed(kind, area)):
        raise NotAllowed(_("You may not do this."))
    form = _form(kind, rights, area, query)
    field = form.fields.get(name)
    if field is None or not is_found_by_typing(field, area):
        raise NotFound(place)
    rows: Any = in_scope(field.queryset.all(), rights, area)  # type: ignore[attr-defined]
    if hasattr(form, "offered"):  # the form offers less beside what else was typed
        rows = form.offered(name, rows)
    target = kinds.get(rows.model._meta.label_lower)
    found = found_by(rows, query.get("q", "").strip()[:100])
    if target is not None:
        found = found.filter(rows.model.LISTED).order_by(target.order, "pk")
    elif rows.model is get_user_model():
        found = found.order_by("display_name", "pk")
    found = found[: OFFERED if target else SHORT]
    return [Option(row.pk, str(row), _more(target, row, rights)) for row in found]


def _needed(kind: DocumentKind, area: str) -> tuple[str, ...]:
    """Any of these rights lets one choose in an area: a command, a filter, the form, its lines."""
    if area in kind.commands:
        return (kind.commands[area].action,)
    return (Action.VIEW,) if area == FILTER else (Action.ADD, Action.CHANGE)


def _form(kind: DocumentKind, rights: Rights, area: str, query: QueryDict) -> forms.BaseForm:
    if area == FORM:
        return kind.form_class(query or None)
    if area == FILTER and kind.filters is not None:
        form: forms.BaseForm = kind.filters(QueryDict(), queryset=kind.model.objects.none()).form
        return form
    if area in kind.commands:
        return kind.commands[area].form(None, kind=kind, records=[], rights=rights)
    for lines in kind.lines:
        if lines.related == area:
            return lines.form_class()
    raise NotFound(area)


def _more(kind: DocumentKind | None, row: Any, rights: Rights) -> str:
    """The next columns of its list."""
    if kind is None:
        return str(getattr(row, "username", ""))
    shown: Sequence[str] = columns.open_names(kind, kind.columns[1:4], rights)
    texts = [columns.resolve(kind.model, name).cell(row).text for name in shown]
    return "　".join(text for text in texts if text and text not in str(row))
