"""What keeps a customer won: contracts in force, for example.

Whoever has such things enters a question: `wins.add("contracts.salescontract", in_force)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from engine.registry import Registry

Question: TypeAlias = Callable[[int], bool]

wins: Final[Registry[Question]] = Registry("what keeps customers won")
"""Name → whether something of it keeps the customer of that id won."""


def is_kept_won(customer_id: int) -> bool:
    """Whether anything keeps a customer won."""
    return any(wins[name](customer_id) for name in sorted(wins))
