"""Records are found by what others are called (`customer__name`): when those are renamed, what is
kept for searches is made anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

from django.db import models

from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.registry import kinds
from apps.core.kinds.search import make_searchable

PIECE: Final = 500


@cache
def _found_by(model: type[models.Model]) -> tuple[tuple[DocumentKind, str, frozenset[str]], ...]:
    """Kinds found by what rows of this table say: by which foreign key, and which of its fields."""
    return tuple(_finding(model))


def _finding(model: type[models.Model]) -> Iterator[tuple[DocumentKind, str, frozenset[str]]]:
    for key in sorted(kinds):
        kind = kinds[key]
        paths = [path.split("__", 1) for path in kind.search if "__" in path]
        for name in sorted({name for name, _field in paths}):
            if kind.model._meta.get_field(name).related_model is model:
                yield kind, name, frozenset(field for foreign, field in paths if foreign == name)


def find_anew(kind: DocumentKind, pks: Sequence[int]) -> None:
    """Make anew what these records are found by, in the caller's transaction."""
    named = {path.rpartition("__")[0] for path in kind.search if "__" in path}
    table = kind.model._base_manager
    for start in range(0, len(pks), PIECE):
        rows = list(table.select_related(*named).filter(pk__in=pks[start : start + PIECE]))
        for row in rows:
            make_searchable(row, kind.search)
        table.bulk_update(rows, ["search_text", "search_grams"])


def find_others_anew(record: Any, before: Any) -> None:
    """The same for whatever is found by fields of a record that have just changed."""
    model: type[models.Model] = type(record)
    for kind, name, fields in _found_by(model):
        if any(getattr(record, field) != getattr(before, field) for field in fields):
            rows = kind.model._base_manager.filter(**{name: record.pk}).order_by("pk")
            find_anew(kind, list(rows.values_list("pk", flat=True)))
