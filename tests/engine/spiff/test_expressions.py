"""The language of expressions: what it can, what it refuses, and what it costs at most."""

from __future__ import annotations

import contextlib
import threading
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.exceptions import InvalidExpression
from engine.spiff.expressions import (
    FUNCTIONS,
    MAX_CHARACTERS,
    evaluate,
    validate,
    variables_of,
)

NAMES: dict[str, Any] = {
    "amount": Decimal("100000.01"),
    "count": 3,
    "name": "单据",
    "route": {"levels": [{"role": "finance"}], "position": 0, "class": "x"},
    "people": [1, 2, 3],
    "nothing": None,
}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("amount > 100000 and count == 3", True),
        ('route.levels[route.position].role == "finance"', True),
        ("route['levels'][0]['role']", "finance"),
        ("'a' if nothing is None else 'b'", "a"),
        ("true and not false", True),
        ("1 < count <= 3", True),
        ("2 in people and 9 not in people", True),
        ("len(people) + max(1, 2) - min(people) * 2 + sum(people)", 9),
        ("round(7 / 2, 1)", 3.5),
        ("-count % 2", 1),
        ("[count, 'x']", [3, "x"]),
        ('["approve", "reject"]', ["approve", "reject"]),
        ("abs(-3) // 2", 1),
        ("amount + 1", Decimal("100001.01")),
        (" \n count ", 3),
    ],
)
def test_what_it_can(source: str, value: Any) -> None:
    validate(source)
    assert evaluate(source, NAMES) == value


HOSTILE = [
    "().__class__",
    "().__class__.__base__.__subclasses__()",
    "name.__len__",
    "name.upper()",
    "'{0.__class__}'.format(1)",
    "route.get('levels')",
    "__import__('os').system('id')",
    "open('/etc/passwd')",
    "eval('1')",
    "exec('1')",
    "getattr(route, 'levels')",
    "globals()",
    "print(1)",
    "len.__self__",
    "(lambda: 1)()",
    "[x for x in people]",
    "{x for x in people}",
    "{'a': 1}",
    "{1, 2}",
    "f'{name}'",
    "2 ** 99999999",
    "9 << 999999999",
    "~1",
    "count := 5",
    "count = 5",
    "import os",
    "people[0:2]",
    "*people",
    "len(*people)",
    "max(key=len)",
    "route.levels[0].role()",
    "await count",
    "yield",
    "b'bytes'",
    "1j",
    "...",
    "_secret",
    "route._private",
    "count; count",
    "",
    " ",
    "(",
    "\x00",
    "a" * (MAX_CHARACTERS + 1),
    "+".join("1" * 150),
    "not " * 110 + "(" * 5 + "[1]" * 20,
    "9" * 60,
]


@pytest.mark.parametrize("source", HOSTILE, ids=lambda source: repr(source[:30]))
def test_what_it_refuses_before_it_runs(source: str) -> None:
    with pytest.raises(InvalidExpression) as refused:
        validate(source)
    assert refused.value.code == "invalid_expression"
    with pytest.raises(InvalidExpression):
        evaluate(source, NAMES)


@pytest.mark.parametrize(
    "source",
    [
        "'a' * 1000000000",
        "[0] * 1000000000",
        "'%9999999999d' % 1",
        "missing",
        "route.missing",
        "name.length",
        "people.count",
        "people[9]",
        "route['missing']",
        "1 / 0",
        "count + name",
        "round(1.5, 999999)",
        "sum([people, people])",
        "len(3)",
        "count(1)",
        "min()",
        "nothing > 1",
    ],
)
def test_what_fails_on_its_data(source: str) -> None:
    with pytest.raises(InvalidExpression) as failed:
        evaluate(source, NAMES)
    assert failed.value.data["expression"] == source


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("*".join(["big"] * 60), {"big": 2**60}),
        ("+".join(["text"] * 60), {"text": "x" * 5000}),
        ("+".join(["items"] * 60), {"items": [0] * 5000}),
        ("max(max(max(people)))" + " + big * big" * 40, {"people": [[[1]]], "big": 2**60}),
    ],
)
def test_values_can_not_grow_without_bound(source: str, names: dict[str, Any]) -> None:
    began = time.process_time()
    with pytest.raises(InvalidExpression):
        evaluate(source, names)
    assert time.process_time() - began < 0.5


def test_unknown_functions_show_at_deployment() -> None:
    with pytest.raises(InvalidExpression, match="lookup"):
        validate("lookup(count)")
    validate("working('PT4H')")


def test_functions_need_a_running_process() -> None:
    with pytest.raises(InvalidExpression, match="working"):
        evaluate("working('PT4H')", {})
    functions = {**FUNCTIONS, "working": lambda duration: f"+{duration}"}
    assert evaluate("working('PT4H')", {}, functions) == "+PT4H"


def test_a_variable_is_no_function() -> None:
    with pytest.raises(InvalidExpression):
        evaluate("helper(1)", {"helper": print})


def test_names_of_variables() -> None:
    assert variables_of("len(people) > route.position and true") == {"people", "route"}


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
@example("a.b.c[0]('x')")
def test_any_text_is_a_value_or_an_invalid_expression(source: str) -> None:
    with contextlib.suppress(InvalidExpression):
        evaluate(source, NAMES)


def test_each_thread_has_its_own_names() -> None:
    barrier = threading.Barrier(4)
    wrong: list[Any] = []

    def work(number: int) -> None:
        barrier.wait()
        wrong.extend(
            value
            for value in (
                evaluate("x + x * 0 + len([x, x]) - 2", {"x": number}) for _ in range(500)
            )
            if value != number
        )

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
