"""Keeps the tests of faults in one process, so that their plant is built once; what takes longest
begins first, so that all processes end together.

The mark of pytest-xdist for this is without effect in pytest 9, which keeps the ids of tests to
itself."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

FAULTS = "tests/faults/"
SLOW = ("tests/rights/", "tests/platform/test_run.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A hook of pytest."""
    items.sort(key=lambda item: not item.nodeid.startswith(SLOW))


class OnePlant(LoadScopeScheduling):
    """Hands out the tests of faults as a whole, and first, as they take longest; the others one by
    one."""

    def _split_scope(self, nodeid: str) -> str:
        return FAULTS if nodeid.startswith(FAULTS) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OnePlant:
    """A hook of pytest-xdist."""
    return OnePlant(config, log)
