"""The demo company with the general request, and browsers of its people."""

from __future__ import annotations

from tests.casework import people
from tests.core.conftest import company, submitted

__all__ = ["company", "people", "submitted"]
