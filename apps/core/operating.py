"""Looking after running cases: who sees all of them, who may steer them, and how their data is
mended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from engine import instances
from engine.cases import lock_instance
from engine.exceptions import Conflict, InvalidData
from engine.pictures import picture
from engine.trail import plain

CASES: Final = "processes.case"
OPERATE: Final = "operate"
"""What rights are given for: VIEW to see every case, OPERATE to hold it, end it, mend its data and
deal with its incidents."""


@transaction.atomic
def mend(
    instance: int,
    variables: Mapping[str, Any],
    *,
    by: int,
    reason: str,
    scope: str = "",
    seen: Mapping[str, str] | None = None,
) -> instances.Result:
    """Give variables of a running case other values, read from JSON; they keep their types.

    `seen` says of some how they stood (`as_seen`) when they were looked at: raises Conflict where
    they stand otherwise by now, InvalidData where a type changes, and what
    `engine.instances.set_variables` does."""
    case = lock_instance(instance)
    instances.require_active(case)
    stands = picture(case.definition, case.checksum, case.runtime or b"")
    before = next((task.variables for task in stands.tasks if task.task_id == scope), None)
    before = stands.variables if before is None else before
    for name, stood in (seen or {}).items():
        _require_unchanged(before, name, stood)
    mended = {name: _retyped(name, before.get(name), value) for name, value in variables.items()}
    return instances.set_variables(instance, mended, by=by, reason=reason, scope=scope)


def as_seen(value: Any) -> str:
    """How a variable stands, in one line."""
    return json.dumps(plain(value), sort_keys=True)


def _require_unchanged(before: Mapping[str, Any], name: str, stood: str) -> None:
    if name not in before:
        raise Conflict(_("The case has no variable “%(name)s” any more.") % {"name": name})
    if as_seen(before[name]) != stood:
        raise Conflict(
            _("“%(name)s” has changed meanwhile: save again if your value is still the right one.")
            % {"name": name}
        )


def _retyped(name: str, before: Any, value: Any) -> Any:
    try:
        return as_before(before, value)
    except (ValueError, ArithmeticError) as error:
        message = _("“%(name)s” must keep its type, also what is inside: numbers, dates, texts.")
        message %= {"name": name}
        raise InvalidData(message, errors={name: [message]}) from error


def as_before(before: Any, value: Any) -> Any:
    """A value read from JSON, which knows neither dates nor decimals, in the type that it had:
    expressions of the diagram count on it. What is new, was empty or becomes empty is as JSON gives
    it. Raises ValueError or ArithmeticError where it can't have that type."""
    match before, value:
        case (None, _) | (_, None):
            return value
        case dict(), dict():
            return {key: as_before(before.get(key), item) for key, item in value.items()}
        case list(), list():
            pairs = zip_longest(before[: len(value)], value)
            return [as_before(old, item) for old, item in pairs]
    return _single(before, value)


def _single(before: Any, value: Any) -> Any:
    match before, value:
        case (bool(), bool()) | (str(), str()):
            return value
        case (bool(), _) | (_, bool()):  # to Python it would be a number
            raise ValueError(value)
        case int(), int() | float() | Decimal():
            return value
        case float(), int() | float() | Decimal() | str():
            return float(value)
        case Decimal(), int() | float() | Decimal() | str():
            return Decimal(str(value))
        case datetime(), str():  # a moment is also a date: it comes first
            return _moment(value, zoned=before.tzinfo is not None)
        case date(), str():
            return date.fromisoformat(value)
    raise ValueError(value)


def _moment(text: str, *, zoned: bool) -> datetime:
    found = datetime.fromisoformat(text)
    if (found.tzinfo is not None) != zoned:
        raise ValueError(text)
    return found
