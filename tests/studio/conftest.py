"""The demo company with the shipped processes in force."""

from __future__ import annotations

import pytest

from engine import definitions
from engine.models import Deployment
from tests.casework import people, registered

__all__ = ["people", "registered"]


@pytest.fixture
def company(people: dict[str, int]) -> dict[str, int]:
    """User ids by user name."""
    definitions.deploy(definitions.shipped_files(), source=Deployment.Source.SHIPPED)
    return people
