"""What rights are about: every kind of document, and screens that belong to no kind.

Kinds enter themselves when they are registered; an app enters its other screens in `grants.py`,
which is discovered at start-up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from apps.core.access.actions import Action
from engine.registry import Registry


@dataclass(frozen=True, slots=True)
class Subject:
    """A line of the permission matrix. `scoped`: its rows have an owner and a department."""

    key: str
    label: str | Promise
    actions: tuple[Action, ...]
    scoped: bool = False

    @property
    def module(self) -> str:
        """The first part of the key: subjects of one module stand together."""
        return self.key.partition(".")[0]


subjects: Registry[Subject] = Registry("subject of rights")


def declare(
    key: str, label: str | Promise, actions: Iterable[Action], *, scoped: bool = False
) -> Subject:
    """Enter something that rights can be given for. Raises ImproperlyConfigured for a key that is
    taken."""
    subject = Subject(key, label, tuple(actions), scoped)
    subjects.add(key, subject)
    return subject
