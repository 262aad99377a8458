"""Kinds and rights that exist for the length of a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from apps.core.access.actions import Action, Scope
from apps.core.access.models import DataScope, RoleGrant
from apps.core.access.subjects import Subject, declare, subjects

NOTE = "tests.note"


@pytest.fixture
def note() -> Iterator[Subject]:
    """A kind whose rows have an owner and a department."""
    yield declare(NOTE, "Note", (Action.VIEW, Action.CHANGE), scoped=True)
    subjects.remove(NOTE)


@pytest.fixture
def grant() -> Callable[..., None]:
    """`grant("hr", "view", scope=Scope.ALL)`: gives a role rights on the note."""

    def give(role: str, *actions: str, scope: Scope | None = None, kind: str = NOTE) -> None:
        for action in actions:
            RoleGrant.objects.create(role=role, kind=kind, action=action)
        if scope is not None:
            DataScope.objects.create(role=role, kind=kind, scope=scope)

    return give
