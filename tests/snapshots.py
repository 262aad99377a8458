"""Rows that many tests begin with: made once per process, then put back, a statement a table."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import models


@dataclass
class Snapshot:
    """Rows of `models` as `make` leaves them in tables that were empty.

    Put back with the same primary keys, within the test's transaction. That is safe in the database
    that the process's tests share: its sequences have gone past these keys, and never go back.
    """

    models: tuple[type[models.Model], ...]  # in an order in which rows may refer to each other
    make: Callable[[], object]
    _rows: list[list[models.Model]] = field(default_factory=list)

    def put(self) -> None:
        if self._rows:
            for model, rows in zip(self.models, self._rows, strict=True):
                model._base_manager.bulk_create([copy.copy(row) for row in rows])
            return
        self.make()
        self._rows = [list(model._base_manager.order_by("pk")) for model in self.models]
