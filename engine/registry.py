"""A registry that refuses doubles: what apps declare at start-up, found again by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from django.core.exceptions import ImproperlyConfigured

Thing = TypeVar("Thing")


class Registry(Generic[Thing]):
    """Name → thing. A name is taken once; an unknown one raises KeyError."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._things: dict[str, Thing] = {}

    def add(self, name: str, thing: Thing) -> None:
        """Take `name` for `thing`; raises ImproperlyConfigured where it is taken or empty."""
        if not name or name in self._things:
            raise ImproperlyConfigured(f"{self.what} {name!r} is registered twice or has no name")
        self._things[name] = thing

    def remove(self, name: str) -> None:
        """Give the name back (tests bring things for their own diagrams)."""
        del self._things[name]

    def __getitem__(self, name: str) -> Thing:
        return self._things[name]

    def get(self, name: str) -> Thing | None:
        return self._things.get(name)

    def __contains__(self, name: object) -> bool:
        return name in self._things

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._things))
