"""What variables of a case have been: `Context.last_value` of operations."""

from __future__ import annotations

from typing import Any

from engine.models import VariableValue


def last_value(instance: int, name: str, *, reset_by: str = "") -> Any:
    """The value that a variable of the top process got last; None where it never got one, or where
    the variable `reset_by` got one since."""
    values = VariableValue.objects.filter(instance=instance, scope=None, name__in=[name, reset_by])
    last = values.order_by("-id").values_list("name", "value").first()
    return last[1] if last is not None and last[0] == name else None
