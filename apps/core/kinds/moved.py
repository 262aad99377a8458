"""A record that became another one."""

from __future__ import annotations

from engine.exceptions import NotFound


class Moved(NotFound):
    """There is no such record any more, but there is the one it became: `data["key"]` is its
    business key. Its page leads there."""
