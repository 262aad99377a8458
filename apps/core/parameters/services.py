"""Writes of parameters and dictionaries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.core.once import forget
from apps.core.parameters.models import DictionaryEntry, ParameterValue
from apps.core.parameters.registry import SETTLED, Parameter, dictionaries, parameters


@transaction.atomic
def set_parameter(
    *, parameter: Parameter[Any], value: Any, by: int, now: datetime | None = None
) -> None:
    """Settle a parameter; raises InvalidData for a number beyond its bounds. Back at its default,
    nothing is kept of it."""
    parameter.validate(value)
    forget(SETTLED)
    if value == parameter.default:
        ParameterValue.objects.filter(code=parameter.code).delete()
        return
    ParameterValue.objects.update_or_create(
        code=parameter.code,
        defaults={
            "value": parameter.write(value),
            "changed_at": now or timezone.now(),
            "changed_by_id": by,
        },
    )


def values() -> dict[str, Any]:
    """Every parameter as the current account set has settled it, by code."""
    stored = dict(ParameterValue.objects.values_list("code", "value"))
    return {
        code: parameters[code].read(stored[code]) if code in stored else parameters[code].default
        for code in parameters
    }


def fill_dictionaries() -> int:
    """Write the first entries of the dictionaries that have none at all; how many entries."""
    begun = set(DictionaryEntry.objects.values_list("dictionary", flat=True).distinct())
    missing = [
        DictionaryEntry(dictionary=code, code=entry, name=name, position=position)
        for code in dictionaries
        if code not in begun
        for position, (entry, name) in enumerate(dictionaries[code].entries, start=1)
    ]
    return len(DictionaryEntry.objects.bulk_create(missing))
