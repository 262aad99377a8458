"""Sets of values, exact: what a condition or a cell of a decision table admits.

Numbers as intervals, everything else (texts, yes and no, None) as a finite set or all but a finite
set. Enough to tell whether two conditions can hold at once, and whether some value is admitted by
none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

Constant = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers from `low` to `high`; None is without a bound. `…_in` tells whether the bound belongs
    to it.
    """

    low: Fraction | None = None
    low_in: bool = False
    high: Fraction | None = None
    high_in: bool = False

    @property
    def is_empty(self) -> bool:
        if self.low is None or self.high is None or self.low < self.high:
            return False
        return self.low > self.high or not (self.low_in and self.high_in)

    def meet(self, other: Interval) -> Interval:
        """The numbers in both."""
        low, low_in = max((self._lower(), other._lower()), key=_low_order)
        high, high_in = min((self._upper(), other._upper()), key=_high_order)
        return Interval(low, low_in, high, high_in)

    def _lower(self) -> tuple[Fraction | None, bool]:
        return self.low, self.low_in

    def _upper(self) -> tuple[Fraction | None, bool]:
        return self.high, self.high_in

    def rest(self) -> list[Interval]:
        """The numbers outside."""
        found = []
        if self.low is not None:
            found.append(Interval(None, False, self.low, not self.low_in))
        if self.high is not None:
            found.append(Interval(self.high, not self.high_in, None, False))
        return found

    def sample(self) -> Fraction:
        """A number in it; it must not be empty."""
        if self.low is None and self.high is None:
            return Fraction(0)
        if self.low is None or self.high is None:
            return self._beside_one_bound()
        if self.low_in:
            return self.low
        return self.high if self.high_in else (self.low + self.high) / 2

    def _beside_one_bound(self) -> Fraction:
        if self.low is not None:
            return self.low if self.low_in else self.low + 1
        assert self.high is not None
        return self.high if self.high_in else self.high - 1


def _low_order(bound: tuple[Fraction | None, bool]) -> tuple[bool, Fraction, bool]:
    value, included = bound
    return value is not None, value or Fraction(0), not included


def _high_order(bound: tuple[Fraction | None, bool]) -> tuple[bool, Fraction, bool]:
    value, included = bound
    return value is None, value or Fraction(0), included


@dataclass(frozen=True, slots=True)
class ValueSet:
    """`others` lists the values that are no numbers; where `all_but` is true, those that are
    missing.
    """

    intervals: tuple[Interval, ...] = ()
    others: frozenset[Constant] = frozenset()
    all_but: bool = False

    def __bool__(self) -> bool:
        return bool(self.intervals) or bool(self.others) or self.all_but

    def __and__(self, other: ValueSet) -> ValueSet:
        met = (one.meet(two) for one in self.intervals for two in other.intervals)
        intervals = tuple(interval for interval in met if not interval.is_empty)
        if self.all_but and other.all_but:
            return ValueSet(intervals, self.others | other.others, True)
        if self.all_but:
            return ValueSet(intervals, other.others - self.others)
        if other.all_but:
            return ValueSet(intervals, self.others - other.others)
        return ValueSet(intervals, self.others & other.others)

    def __invert__(self) -> ValueSet:
        intervals: list[Interval] = [Interval()]
        for interval in self.intervals:
            met = (kept.meet(part) for kept in intervals for part in interval.rest())
            intervals = [part for part in met if not part.is_empty]
        return ValueSet(tuple(intervals), self.others, not self.all_but)

    def __or__(self, other: ValueSet) -> ValueSet:
        return ~(~self & ~other)

    def __sub__(self, other: ValueSet) -> ValueSet:
        return self & ~other

    def sample(self) -> str:
        """One of its values as people write it; it must not be empty."""
        if self.others and not self.all_but:
            return repr(min(self.others, key=str))
        if self.intervals:
            number = self.intervals[0].sample()
            return str(number.numerator) if number.denominator == 1 else str(float(number))
        return "…"


NOTHING: Final = ValueSet()
EVERYTHING: Final = ~NOTHING
NUMBERS: Final = ValueSet((Interval(),))
NOT_NEGATIVE: Final = ValueSet((Interval(Fraction(0), True),))
YES_OR_NO: Final = ValueSet(others=frozenset({True, False}))
TEXTS: Final = ValueSet(others=frozenset({True, False, None}), all_but=True)


def constants(values: Iterable[Constant]) -> ValueSet:
    """Just these values."""
    points: list[Interval] = []
    others: set[Constant] = set()
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float):
            others.add(value)
        elif value == value and abs(value) != float("inf"):
            number = Fraction(value)
            points.append(Interval(number, True, number, True))
    return ValueSet(tuple(points), frozenset(others))


def compared(operator: str, bound: int | float) -> ValueSet:
    """The numbers that are `<`, `<=`, `>` or `>=` the bound."""
    number = Fraction(bound)
    included = operator.endswith("=")
    if operator[0] == "<":
        return ValueSet((Interval(None, False, number, included),))
    return ValueSet((Interval(number, included, None, False),))


TRUTHY: Final = ~constants((False, 0, "", None))
"""What a condition takes for yes (an empty list isn't told apart)."""
