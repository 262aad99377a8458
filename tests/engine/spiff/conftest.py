"""Fixtures of the tests of the runner."""

from __future__ import annotations

import pytest

from tests.engine.spiff.stock import Clock, timer_module


@pytest.fixture
def stock_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that run stock timers: they read the clock of the test."""
    monkeypatch.setattr(timer_module, "datetime", Clock)
