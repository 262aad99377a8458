"""Days that stand in addresses."""

from __future__ import annotations

from datetime import date
from typing import Final

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 9000


def day_of(text: str) -> date | None:
    """The day that a text is; None for any other text, and at the ends of the calendar: the weeks
    and moments of those days don't all exist, nor are they the same everywhere on earth."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
