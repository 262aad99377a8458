"""What is read once a request: kept while a request is answered, read anew where there is none."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any, TypeVar

from django.core.signals import request_finished, request_started

from apps.accountsets.routing import current_set

Value = TypeVar("Value")

_known: ContextVar[dict[Hashable, Any] | None] = ContextVar("once", default=None)


def once(key: Hashable, read: Callable[[], Value]) -> Value:
    """What `read` gives; within a request, as it was the first time. `key` holds within the current
    account set and names what is read and for whom."""
    known = _known.get()
    if known is None:
        return read()
    full = current_set(), key
    if full not in known:
        known[full] = read()
    value: Value = known[full]
    return value


def forget(key: Hashable) -> None:
    """It was changed in this request: the next one who asks reads it anew."""
    known = _known.get()
    if known is not None:
        known.pop((current_set(), key), None)


def _begin(**signal: Any) -> None:
    _known.set({})


def end(**signal: Any) -> None:
    _known.set(None)


request_started.connect(_begin, dispatch_uid="once: begins")
request_finished.connect(end, dispatch_uid="once: ends")
