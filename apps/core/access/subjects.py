"""What rights are about: every kind of document, and screens that belong to no kind.

Kinds enter themselves when they are registered; an app enters its other screens in `grants.py`,
which is discovered at start-up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from apps.core.access.actions import Action
from engine.registry import Registry


@dataclass(frozen=True, slots=True)
class Subject:
    """A line of the permission matrix. `actions` are codes and what they are called; `scoped`: its
    rows have an owner and a department."""

    key: str
    label: str | Promise
    actions: Mapping[str, str | Promise]
    scoped: bool = False

    @property
    def module(self) -> str:
        """The first part of the key: subjects of one module stand together."""
        return self.key.partition(".")[0]


subjects: Registry[Subject] = Registry("subject of rights")


def declare(
    key: str,
    label: str | Promise,
    actions: Iterable[Action],
    *,
    own: Mapping[str, str | Promise] | None = None,
    scoped: bool = False,
) -> Subject:
    """Enter something that rights can be given for; `own` are actions that only it has. Raises
    ImproperlyConfigured for a key that is taken."""
    labels = {str(action): action.label for action in actions}
    subject = Subject(key, label, labels | dict(own or {}), scoped)
    subjects.add(key, subject)
    return subject
