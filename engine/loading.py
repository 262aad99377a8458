"""Objects of models from a statement of one's own: where the ORM would put the same question into
words at every request, which takes longer than the answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model

Made = TypeVar("Made", bound=Model)


class Columns(Generic[Made]):
    """The columns of a model in a statement, where its table is called `alias`; `sql` names them.

    Those of fields in `without` are read when they are asked for, as with `QuerySet.defer`."""

    def __init__(self, model: type[Made], alias: str, without: Collection[str] = ()) -> None:
        fields = [field for field in model._meta.concrete_fields if field.name not in without]
        self._model = model
        self._names = [field.attname for field in fields]
        self._key = next(at for at, field in enumerate(fields) if field.primary_key)
        self.sql = ", ".join(f'{alias}."{field.column}"' for field in fields)
        self.size = len(fields)

    def made(self, values: Sequence[Any]) -> Made | None:
        """The object of these values; None where an outer join has found none."""
        if values[self._key] is None:
            return None
        return self._model.from_db(DEFAULT_DB_ALIAS, self._names, values)
