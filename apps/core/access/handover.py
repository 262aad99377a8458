"""What somebody who leaves hands over: kinds enter what of theirs has an owner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from engine.registry import Registry


@dataclass(frozen=True, slots=True)
class Holding:
    """Rows that belong to somebody. `count(user)`: how many; `hand_over(from, to, by)`: gives them
    to somebody else in the caller's transaction, with whatever goes along, and says how many."""

    label: str | Promise
    count: Callable[[int], int]
    hand_over: Callable[[int, int, int], int]


holdings: Registry[Holding] = Registry("holding")
"""Key of the kind → what is held of it. `holdings.add("sales.customer", Holding(…))`"""
