"""Addresses, each worked out once a process: a page names some forty, and working one out takes
longer than showing it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import reverse


def address(view: Any, *args: Any, **kwargs: Any) -> str:
    """As Django's `reverse`. Raises NoReverseMatch."""
    return _address(settings.ROOT_URLCONF, view, args, tuple(kwargs.items()))


@lru_cache(maxsize=16_384)
def _address(
    urlconf: str, view: Any, args: tuple[Any, ...], kwargs: tuple[tuple[str, Any], ...]
) -> str:
    return reverse(view, urlconf, args=args, kwargs=dict(kwargs))
