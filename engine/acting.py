"""On whose behalf something is done: told to whoever keeps the history of business tables.

`ENGINE_ACTING` names a context manager `acting(user)`; what operations write inside of it was done
by that user, also in a job, where no request says so."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

Acting = Callable[[int], AbstractContextManager[object]]


@cache
def _acting(path: str) -> Acting:
    return cast(Acting, import_string(path))


def acting(user: int | None) -> AbstractContextManager[object]:
    """Inside of it `user` does everything; None (a timer) changes nothing."""
    return nullcontext() if user is None else _acting(settings.ENGINE_ACTING)(user)
