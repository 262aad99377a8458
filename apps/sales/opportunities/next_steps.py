"""What is planned next with opportunities. Whoever plans something enters here how to find it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from engine.registry import Registry


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something planned: what, when, and its page."""

    subject: str
    at: datetime
    url: str = ""


Find = Callable[[Collection[int]], Mapping[int, NextStep]]
"""The next step of each of these opportunities (primary keys) that has one; one query."""

finders: Final[Registry[Find]] = Registry("finder of next steps")


def next_steps(pks: Collection[int]) -> dict[int, NextStep]:
    """What comes first with each of these opportunities."""
    found: dict[int, NextStep] = {}
    for name in finders:
        for pk, step in finders[name](pks).items():
            if pk not in found or step.at < found[pk].at:
                found[pk] = step
    return found
