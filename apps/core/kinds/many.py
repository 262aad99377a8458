"""Many new records of one kind at once: read by its form, completed together, written together.

For kinds with `many_at_once`. What one record costs is a few milliseconds of the form; questions to
the database don't grow with the records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds.choosing import ShortChoice
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.editing import Editor
from apps.core.kinds.search import make_searchable

WRITTEN_AT_ONCE: Final = 500
Errors = dict[str, list[str]]


class ManyReader:
    """The form of a kind, made once and used for one record after the other."""

    def __init__(self, kind: DocumentKind, rights: Rights) -> None:
        self.kind = kind
        self.rights = rights

    @cached_property
    def form(self) -> forms.ModelForm[Any]:
        """The form, which asks the database nothing for a record: what its short lists offer
        exists; what must be unique, `prepare_many` and the constraints see."""
        form: Any = Editor(self.kind, self.rights, data=QueryDict()).form
        listed = {name for name, field in form.fields.items() if isinstance(field, ShortChoice)}
        excluded: Callable[[], set[str]] = form._get_validation_exclusions
        form._get_validation_exclusions = lambda: excluded() | listed
        form.validate_unique = lambda: None
        return form  # type: ignore[no-any-return]

    def read(self, data: QueryDict) -> tuple[Any, Errors]:
        """The record that was typed, and what is wrong with it by field ("" for the whole)."""
        form = self.form
        form.data, form.instance = data, self.kind.model()
        form.instance.validate_constraints = _nothing
        form.full_clean()
        del form.instance.validate_constraints
        errors = {
            "" if name == NON_FIELD_ERRORS else name: [str(text) for text in texts]
            for name, texts in form.errors.items()
        }
        return form.instance, errors


def _nothing(exclude: object = None) -> None:
    """In place of checks that the database makes, too."""


@transaction.atomic
def save_new_records(
    *,
    kind: DocumentKind,
    records: Sequence[Any],
    rights: Rights,
    now: datetime | None = None,
    tell: Callable[[int], None] = lambda number: None,
) -> None:
    """Add records that `prepare_many` has completed and found nothing wrong with; `tell` is told
    how many are written. Raises NotAllowed, and IntegrityError for what only the database sees."""
    kind.require(rights, Action.ADD)
    moment, stamps = now or timezone.now(), kind.owner_of_new(rights)
    for record in records:
        record.created_by_id = record.changed_by_id = rights.user
        record.created_at = record.changed_at = moment
        record.version = 1
        for name, value in stamps.items():
            if getattr(record, name) is None:
                setattr(record, name, value)
        make_searchable(record, kind.search)
    for start in range(0, len(records), WRITTEN_AT_ONCE):
        part = records[start : start + WRITTEN_AT_ONCE]
        kind.model._default_manager.bulk_create(part)
        tell(start + len(part))
