"""People of the demo company whose rights a test settles itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from django.test import Client

from apps.core.access.actions import EVERYONE, Action, Scope
from apps.core.access.models import DataScope, RoleGrant
from apps.core.access.rights import Rights, rights_of
from apps.core.access.subjects import subjects
from apps.core.kinds.registry import kinds
from apps.people.models import User
from tests.kinds.factories import FACTORIES

KEYS = sorted(kinds)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every kind runs through each test that asks for `key`."""
    if "key" in metafunc.fixturenames:
        metafunc.parametrize("key", KEYS)


def test_every_kind_has_a_factory() -> None:
    assert sorted(FACTORIES) == KEYS


Grant = Callable[..., None]


@pytest.fixture
def grant(company: dict[str, User]) -> Grant:
    """`grant("sales.customer", Scope.OWN)`: everybody may do everything with that kind in that
    scope (`actions`: only these; no scope: nothing), and look at all of the other kinds (`others`:
    in that scope)."""

    def settle(
        key: str,
        scope: Scope | None,
        actions: Iterable[str] | None = None,
        others: Scope = Scope.ALL,
    ) -> None:
        RoleGrant.objects.all().delete()
        DataScope.objects.all().delete()
        for other in KEYS:
            wide = others if other != key else scope
            if wide is None:
                continue
            every = subjects[key].actions if actions is None else actions
            granted = [str(Action.VIEW)] if other != key else [str(a) for a in every]
            DataScope.objects.create(role=EVERYONE, kind=other, scope=wide)
            RoleGrant.objects.bulk_create(
                RoleGrant(role=EVERYONE, kind=other, action=action) for action in granted
            )

    return settle


@pytest.fixture
def client_of(grant: Grant, signed_in: Callable[..., Client]) -> Callable[[str], Client]:
    """A session of somebody."""
    return signed_in


def rights(username: str) -> Rights:
    """What somebody may do now."""
    return rights_of(User.objects.get_by_natural_key(username).pk)
