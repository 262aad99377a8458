"""Declarations of parameters and dictionaries.

PRICES_INCLUDE_TAX = declare(Parameter("catalog.prices_include_tax", True, label=_("…"), …))
if PRICES_INCLUDE_TAX.value(): ...
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Generic, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from apps.core.once import once
from apps.core.parameters.models import ParameterValue
from engine.exceptions import InvalidData
from engine.registry import Registry

Value = TypeVar("Value", bool, int, Decimal, str)
Text = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(Generic[Value]):
    """Something an account set may settle in its own way. It has the type of its default; with
    `choices` (codes and labels) a text is one of them, and a number lies from `least` to `most`:
    as days, a hundred years."""

    code: str
    default: Value
    label: Text
    group: Text
    help_text: Text = ""
    choices: tuple[tuple[str, Text], ...] = ()
    least: int = 0
    most: int = 36_500

    @property
    def is_number(self) -> bool:
        return type(self.default) in (int, Decimal)

    def validate(self, value: Value) -> None:
        """Raises InvalidData for a number beyond its bounds."""
        if self.is_number and not self.least <= Decimal(value) <= self.most:
            bounds = {"least": self.least, "most": self.most}
            message = _("From %(least)s to %(most)s.") % bounds
            raise InvalidData(message, errors={self.code: [message]})

    def value(self) -> Value:
        """As the current account set has settled it: one question to the database for all that are
        asked for within a request."""
        stored = once(SETTLED, _settled)
        return self.read(stored[self.code]) if self.code in stored else self.default

    def read(self, stored: Any) -> Value:
        """From what JSON holds; what was settled before its bounds were lies within them too."""
        value: Any = type(self.default)(stored)
        if self.is_number:
            value = min(max(value, self.least), self.most)
        return type(self.default)(value)

    def write(self, value: Value) -> Any:
        """As JSON holds it."""
        return str(value) if isinstance(value, Decimal) else value


SETTLED: Final = "parameters"
"""Under this key a request remembers what is settled."""


def _settled() -> dict[str, Any]:
    return dict(ParameterValue.objects.values_list("code", "value"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictionary:
    """A list of names that an account set keeps for itself (公共信息). `entries` are those it
    begins with: code and name, in the language of the firm, as they become its data."""

    code: str
    label: Text
    entries: tuple[tuple[str, str], ...]


parameters: Final[Registry[Parameter[Any]]] = Registry("parameter")
dictionaries: Final[Registry[Dictionary]] = Registry("dictionary")


def declare(parameter: Parameter[Value]) -> Parameter[Value]:
    """The parameter exists from now on; raises ImproperlyConfigured where its code is taken."""
    parameters.add(parameter.code, parameter)
    return parameter


def declare_dictionaries(*declared: Dictionary) -> None:
    """The dictionaries exist from now on; raises ImproperlyConfigured where a code is taken."""
    for dictionary in declared:
        dictionaries.add(dictionary.code, dictionary)
