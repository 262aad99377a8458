"""People, operations and forms for the engine's small processes."""

from __future__ import annotations

import pytest

from tests.casework import Registered, people, registered

__all__ = ["people", "registered"]


@pytest.fixture
def any_form(registered: Registered) -> None:
    """The form of the small processes: takes whatever is entered."""
    registered.form("demo.form")
