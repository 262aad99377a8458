"""Compiles the message catalogues: a fresh clone has none, and tests read Chinese."""

from __future__ import annotations

import pytest

from config.messages import Translations


def pytest_configure(config: pytest.Config) -> None:
    """Once, before the workers of pytest-xdist begin."""
    if not hasattr(config, "workerinput"):
        Translations().compile()
