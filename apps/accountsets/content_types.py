"""Content types of one account set are never answered to another.

Django keeps one cache of them per process, keyed by database only, and their ids differ between
schemas. Two threads that work in two sets would read each other's.
"""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connections


class CacheBySchema(dict[Any, Any]):
    """A drop-in for `ContentTypeManager._cache`, keyed by the schema besides the database."""

    @staticmethod
    def _key(alias: str) -> tuple[str, str]:
        return alias, connections[alias].schema_name

    def __getitem__(self, alias: str) -> Any:
        return super().__getitem__(self._key(alias))

    def setdefault(self, alias: str, default: Any = None) -> Any:
        return super().setdefault(self._key(alias), default)


def keep_apart() -> None:
    """Give the manager of content types a cache that tells schemas apart."""
    ContentType.objects._cache = CacheBySchema()
