"""Which tables are followed: those of every record and its lines, without being asked.

PostgreSQL's triggers write a row of the events' table for each insert, update and delete, whoever
does it; nothing in Python can forget it. What an update leaves as it was isn't written. Each event
holds the whole row, so what has changed is the difference to the event before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pghistory
from django.db import models

UNFOLLOWED: Final = (
    *("search_grams", "search_text", "last_contact_at"),
    *("credited_to", "credited_unit"),
)
"""Fields that only repeat others, or what activities or approvals tell."""

_followed: dict[type[models.Model], type[models.Model]] = {}


def follow(model: type[models.Model]) -> type[models.Model]:
    """Class decorator: keep the history of a model. Records and lines have it of themselves; use it
    for further tables that belong to a document."""
    present = {field.name for field in model._meta.local_fields}
    _followed[model] = pghistory.create_event_model(
        model,
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=[name for name in UNFOLLOWED if name in present],
        # No constraint: events outlive their row. The context is part of the event, so that nothing
        # is looked up in another table while writing.
        obj_field=pghistory.ObjForeignKey(related_name="+", related_query_name="+"),
        context_field=pghistory.ContextJSONField(),
        context_id_field=None,  # type: ignore[arg-type]  # documented so
        append_only=True,
        abstract=False,
    )
    return model


def events_of(model: type[models.Model]) -> Any:
    """The model of a followed model's events."""
    return _followed[model]


def is_followed(model: type[models.Model]) -> bool:
    """Whether a model has a history."""
    return model in _followed


@contextmanager
def acting(user: int | None) -> Iterator[None]:
    """`with acting(user):` what is written inside was done by that user. Requests are so of
    themselves (apps.core.history.middleware), and operations that somebody has set off
    (`ENGINE_ACTING`); other jobs say it."""
    with pghistory.context() as found:
        missing = object()
        before = found.metadata.get("user", missing)
        found.metadata["user"] = user
        try:
            yield
        finally:  # the context of a request goes on
            if before is missing:
                del found.metadata["user"]
            else:
                found.metadata["user"] = before
