"""Variables: what may be in them, and how they are written down.

A value is None, bool, int, float, str, Decimal, date, datetime, or a list or dict (with text keys)
of values. Values are shared between the steps, scopes and tasks that see them and are therefore
never changed in place, only replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from engine.exceptions import InvalidData
from engine.spiff.types import Variables

MAX_DEPTH: Final = 32
"""Deepest nesting of a value."""
RESERVED: Final = frozenset({"typename", "data_objects"})
"""Keys that SpiffWorkflow keeps for itself: a dict with `typename` could never be loaded again."""
_TAG: Final = "_"  # no key of ours begins with an underscore, so a dict of just this key is ours

_NUMBERS: Final = frozenset({int, float, Decimal})
_NESTED: Final = frozenset({dict, list})
_PLAIN: Final = _NUMBERS | {bool, type(None), date, datetime}


def normalized(value: Any, depth: int = 0) -> Any:
    """A copy of `value` that holds nothing but values: tuples become lists, UUIDs and enumerations
    their text or value.

    Raises `InvalidData` for any other type, for reserved keys, and for keys that are no text or
    begin with `_`.
    """
    kind = type(value)
    if kind is str:
        return value if value.isascii() else _writable(value)
    if kind in _PLAIN:
        return _within_limits(value) if kind in _NUMBERS else value
    if depth > MAX_DEPTH:
        raise _refused(
            _("A value is nested more than %(depth)s levels deep.") % {"depth": MAX_DEPTH}
        )
    if kind is dict or isinstance(value, Mapping):
        return {_key(key): normalized(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [normalized(item, depth + 1) for item in value]
    return _simplified(value)


def normalized_variables(variables: Mapping[str, Any]) -> Variables:
    """`normalized` for a set of variables. Raises `InvalidData`, whose `errors` name the
    variable."""
    result: Variables = {}
    for name, value in variables.items():
        try:
            result[_key(name)] = normalized(value)
        except InvalidData as error:
            raise InvalidData(error.message, errors={str(name): [str(error.message)]}) from error
    return result


def copied(value: Any) -> Any:
    """A copy to hand out of what is a value already: nobody outside may change what is shared."""
    if type(value) is dict:
        return {k: copied(v) if type(v) in _NESTED else v for k, v in value.items()}
    if type(value) is list:
        return [copied(item) if type(item) in _NESTED else item for item in value]
    return value


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise _refused(_("A key of a variable is no text: %(key)s.") % {"key": repr(key)[:50]})
    if key in RESERVED or key.startswith("_"):
        raise _refused(_("No variable may be called “%(key)s”.") % {"key": key[:50]})
    return key


def _writable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _refused(_("A text has characters that don't exist.")) from error
    return text


def _within_limits(value: float | Decimal) -> float | Decimal:
    # JSON has no NaN: it would come back as None
    if value != value or value in (float("inf"), float("-inf")):
        raise _refused(_("Not a number, or infinite, is no value."))
    if type(value) is int and not -(2**63) <= value < 2**63:
        raise _refused(_("A whole number is too large."))
    return value


def _simplified(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Enum):
        return normalized(value.value)
    for kind in (bool, int, float, str, datetime, date, Decimal):
        if isinstance(value, kind):  # a subclass, for instance a lazily marked string
            return _plain(kind, value)
    raise _refused(
        _("A variable can't hold a value of the type “%(type)s”.") % {"type": type(value).__name__}
    )


def _plain(kind: Any, value: Any) -> Any:
    if issubclass(kind, datetime):
        return datetime.fromisoformat(value.isoformat())
    if issubclass(kind, date):
        return date(value.year, value.month, value.day)
    return kind(value)


def _refused(message: str) -> InvalidData:
    return InvalidData(message, errors={})


# --- written down ---------------------------------------------------------------------------------
def encoded(value: Any) -> dict[str, Any]:
    """For orjson's `default`: a value that JSON doesn't know, as a dict that `decoded`
    recognises."""
    if isinstance(value, Decimal):
        return {_TAG: ["n", str(value)]}
    if isinstance(value, datetime):
        return {_TAG: ["t", value.isoformat()]}
    if isinstance(value, date):
        return {_TAG: ["d", value.isoformat()]}
    raise TypeError(type(value).__name__)


_DECODERS: Final[dict[str, Callable[[str], Any]]] = {
    "n": Decimal,
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
}


def decoded(value: Any) -> Any:
    """The inverse of `encoded` for a whole value read from JSON."""
    if type(value) is dict:
        if _TAG in value:
            kind, text = value[_TAG]
            return _DECODERS[kind](text)
        return {k: decoded(v) if type(v) in _NESTED else v for k, v in value.items()}
    if type(value) is list:
        return [decoded(item) if type(item) in _NESTED else item for item in value]
    return value
