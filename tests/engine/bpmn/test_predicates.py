"""Conditions are compared exactly: brute force over small values must agree."""

from __future__ import annotations

import ast
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn.predicates import TooComplex, alternatives, can_meet, domain, uncovered
from engine.bpmn.values import EVERYTHING, NOTHING, NUMBERS, Constant, ValueSet, compared, constants
from engine.spiff.expressions import evaluate

PROBES: list[Constant] = [-1, 0, 0.5, 1, 1.5, 2, 3, "", "a", "b", True, False, None]
numbers = st.sampled_from([0, 1, 2])
comparisons = st.builds(
    "{} {} {}".format,
    st.sampled_from("xy"),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    numbers,
)
memberships = st.builds(
    "{} {} {}".format,
    st.sampled_from("xy"),
    st.sampled_from(["in", "not in"]),
    st.sampled_from(["[0, 1]", "[2]"]),
)
conditions = st.recursive(
    comparisons | memberships | st.sampled_from(["x", "y", "not x", "0 < x < 2", "1 >= y"]),
    lambda inner: (
        st.builds("({}) and ({})".format, inner, inner)
        | st.builds("({}) or ({})".format, inner, inner)
        | st.builds("not ({})".format, inner)
    ),
    max_leaves=5,
)


def ways(source: str) -> list[Any]:
    return alternatives(ast.parse(source, mode="eval").body)


def holds(source: str, **values: float) -> bool:
    return bool(evaluate(source, values))


def admits(values: ValueSet, value: Constant) -> bool:
    return bool(values & constants([value]))


@given(conditions)
def test_the_alternatives_are_the_condition(source: str) -> None:
    found = ways(source)
    for x, y in product([-1, 0, 0.5, 1, 1.5, 2, 3], repeat=2):
        point = {"x": constants([x]), "y": constants([y])}
        assert any(can_meet(way, point) for way in found) == holds(source, x=x, y=y)


@given(conditions, conditions)
def test_two_conditions_meet_where_both_hold(one: str, two: str) -> None:
    together = (
        [a.get(name, EVERYTHING) & b.get(name, EVERYTHING) & NUMBERS for name in "xy"]
        for a, b in product(ways(one), ways(two))
        if can_meet(a, b)
    )
    meet = any(all(sets) for sets in together)
    points = product([-1, 0, 0.5, 1, 1.5, 2, 3], repeat=2)
    assert meet == any(holds(one, x=x, y=y) and holds(two, x=x, y=y) for x, y in points)


@given(st.lists(conditions, min_size=1, max_size=4))
def test_a_gap_is_where_none_holds(sources: list[str]) -> None:
    rows = [way for source in sources for way in ways(source)]
    gap = uncovered(rows, {"x": NUMBERS, "y": NUMBERS})
    points = product([-1, 0, 0.5, 1, 1.5, 2, 3], repeat=2)
    open_points = [p for p in points if not any(holds(s, x=p[0], y=p[1]) for s in sources)]
    assert (gap is None) == (not open_points)
    if gap is not None:
        x, y = (float(gap[name].sample()) for name in "xy")
        assert not any(holds(source, x=x, y=y) for source in sources)


values = st.recursive(
    st.builds(compared, st.sampled_from(["<", "<=", ">", ">="]), numbers)
    | st.builds(lambda chosen: constants(chosen), st.lists(st.sampled_from(PROBES), max_size=3)),
    lambda inner: (
        st.builds(lambda a, b: a & b, inner, inner)
        | st.builds(lambda a, b: a | b, inner, inner)
        | st.builds(lambda a: ~a, inner)
    ),
    max_leaves=5,
)


@given(values, values)
def test_sets_follow_the_laws(a: ValueSet, b: ValueSet) -> None:
    for probe in PROBES:
        assert admits(~a, probe) != admits(a, probe)
        assert admits(a & b, probe) == (admits(a, probe) and admits(b, probe))
        assert admits(a | b, probe) == (admits(a, probe) or admits(b, probe))
        assert admits(a - b, probe) == (admits(a, probe) and not admits(b, probe))
    assert not a & ~a
    assert not (EVERYTHING - (a | ~a))
    assert bool(a) or not any(admits(a, probe) for probe in PROBES)


def test_nothing_and_everything() -> None:
    assert not NOTHING
    assert all(admits(EVERYTHING, probe) for probe in PROBES)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("a.b < len(c)", "len(c) <= a.b"),
        ("len(rows) > 0 and rows[0].found == 'x'", "len(rows) == 0"),
        ("outcome == 'a' or outcome == 'b'", "outcome == 'c'"),
        ("done", "not done"),
        ("kind in ['a', 'b']", "kind not in ['a', 'b', 'c']"),
        ("x is None", "x == 1"),
    ],
)
def test_these_exclude_each_other(one: str, two: str) -> None:
    assert not any(can_meet(a, b) for a in ways(one) for b in ways(two))


def test_a_length_is_never_negative() -> None:
    subject = "len(rows)"
    rows = [way for source in ("len(rows) == 0", "len(rows) > 0") for way in ways(source)]
    assert uncovered(rows, {subject: domain(subject)}) is None


def test_too_many_alternatives_are_given_up() -> None:
    with pytest.raises(TooComplex):
        ways(" and ".join(f"(a{n} or b{n})" for n in range(30)))
