"""What records are found by is made anew from itself, when texts come to be read in more ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from django.apps.registry import Apps
from django.db import models

from apps.core.kinds.search import SURNAMES, readings, searchable

PIECE: Final = 500
BEGINS_A_TEXT: Final = f"(^| )({'|'.join(SURNAMES)})"


def read_anew(app_label: str) -> Callable[[Apps, Any], None]:
    """For a migration: all readings of what is kept for searches in the tables of an app, where a
    text begins like a surname. A text itself stands there beside its readings."""

    def migrate(apps: Apps, schema_editor: Any) -> None:
        for model in apps.get_app_config(app_label).get_models():
            if any(field.name == "search_grams" for field in model._meta.get_fields()):
                _read_rows(model)

    return migrate


def _read_rows(model: type[models.Model]) -> None:
    rows = model._base_manager.filter(search_text__regex=BEGINS_A_TEXT)
    pks = list(rows.values_list("pk", flat=True))
    for start in range(0, len(pks), PIECE):
        piece = list(model._base_manager.filter(pk__in=pks[start : start + PIECE]))
        for row in piece:
            row.search_text, row.search_grams = searchable(list(_read(row.search_text)))  # type: ignore[attr-defined]
        model._base_manager.bulk_update(piece, ["search_text", "search_grams"])


def _read(text: str) -> Iterator[str]:
    for kept in text.split():
        yield from readings(kept) if kept.startswith(tuple(SURNAMES)) else (kept,)
