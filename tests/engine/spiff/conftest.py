"""Fixtures of the tests of the runner."""

from __future__ import annotations

import pytest
import SpiffWorkflow.bpmn.specs.event_definitions.timer as timer_module

from tests.engine.spiff.stock import Clock

pytest.register_assert_rewrite("tests.engine.spiff.pair")


@pytest.fixture
def stock_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that run stock timers: they read the clock of the test."""
    monkeypatch.setattr(timer_module, "datetime", Clock)
