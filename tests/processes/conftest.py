"""People, operations and forms for the diagrams."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from casework import Registered


@pytest.fixture
def people(company) -> dict[str, int]:
    """User ids of the demo company by user name."""
    return {name: user.pk for name, user in company.items()}


@pytest.fixture
def registered() -> Iterator[Registered]:
    """Registers operations and forms for this test."""
    names = Registered()
    yield names
    names.remove()
