"""What SpiffWorkflow 3.2.0 does wrong, or differently than one would think: decisions.

Each test shows both on the same diagram: first stock, then ours. Where stock does nothing wrong,
the docstring of the test says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException

from engine.bpmn.linter import check
from engine.exceptions import InvalidData, InvalidDefinition, InvalidExpression
from engine.spiff import compile_process
from tests.engine.spiff.diagrams import (
    end,
    exclusive,
    files,
    flow,
    path,
    rule,
    start,
    table,
    user,
)
from tests.engine.spiff.driver import Case, process_of
from tests.engine.spiff.stock import Stock

pytestmark = pytest.mark.usefixtures("stock_clock")


def problems(resources: Mapping[str, bytes]) -> set[str]:
    """What the linter finds in the tables."""
    return {f.code for f in check(resources).findings if f.file.endswith(".dmn")}


def ruled(hit: str) -> dict[str, bytes]:
    decisions = table(
        "d",
        hit,
        ["n"],
        ["level", "mode"],
        [(["> 10"], ["2", '"all"']), (["> 0"], ["1", '"any"'])],
    )
    return dict(
        files(
            start()
            + rule("b", "d")
            + user("u")
            + exclusive("g", "g-b")
            + end()
            + path("s", "b", "u", "g", "b")
            + flow("g", "e", "n == 0"),
            dmn_d=decisions,
        )
    )


def test_collect_mixes_the_columns_of_two_rounds() -> None:
    stock = Stock(ruled("COLLECT"), {"n": 50})
    stock.do("u", n=5)
    assert stock.task("u").data["mode"] == ["all"]  # the table says ["any"]

    case = Case(process_of(ruled("COLLECT")), {"n": 50})
    assert case.task("u").variables["rows"] == [
        {"level": 2, "mode": "all"},
        {"level": 1, "mode": "any"},
    ]
    case.do("u", n=5)
    assert case.task("u").variables["rows"] == [{"level": 1, "mode": "any"}]
    case.do("u", n=-1)
    assert case.task("u").variables["rows"] == []


def test_unique_takes_the_first_of_two_and_keeps_the_old_without_a_hit() -> None:
    stock = Stock(ruled("UNIQUE"), {"n": 50})
    assert stock.task("u").data["level"] == 2  # two rules match
    stock.do("u", n=-1)
    assert stock.task("u").data["level"] == 2  # none does

    process = process_of(ruled("UNIQUE"))
    for amount in (50, -1):
        with pytest.raises(InvalidData, match="d_table"):
            Case(process, {"n": amount})
    assert Case(process, {"n": 5}).task("u").variables["rows"] == {"level": 1, "mode": "any"}


@pytest.mark.parametrize("hit", ["FIRST", "ANY", "PRIORITY", "RULE ORDER", "OUTPUT ORDER"])
def test_other_hit_policies_silently_give_the_first_match(hit: str) -> None:
    stock = Stock(ruled(hit), {"n": 50})
    assert stock.task("u").data == {"n": 50, "level": 2, "mode": "all"}

    with pytest.raises(InvalidDefinition) as refused:
        compile_process("p", ruled(hit))
    assert refused.value.data["element"] == "b"


def test_unique_does_not_notice_that_two_rules_fit() -> None:
    """The engine does when it decides, and before that the linter, which guards deployment."""
    resources = ruled("UNIQUE")
    assert Stock(resources, {"n": 50}).task("u").data["level"] == 2

    assert "rules_overlap" in problems(resources)


def test_exact_amounts_miss_bounds_that_are_not_whole() -> None:
    def bounded(bound: str) -> dict[str, bytes]:
        decisions = table("d", "COLLECT", ["n"], ["x"], [([bound], ["1"])])
        body = start() + rule("b", "d") + user("u") + end() + path("s", "b", "u", "e")
        return dict(files(body, dmn_d=decisions))

    for bound in ("== 0.1", ">= 0.1"):
        stock = Stock(bounded(bound), {"n": Decimal("0.1")})
        assert "x" not in stock.task("u").data  # 0.1 is a little more than a tenth
        assert "cell_fraction" in problems(bounded(bound))

    whole = bounded(">= 100000")
    assert Stock(whole, {"n": Decimal("100000.00")}).task("u").data["x"] == [1]
    case = Case(process_of(whole), {"n": Decimal("100000.00")})
    assert case.task("u").variables["rows"] == [{"x": 1}]
    assert "cell_fraction" not in problems(whole)


def test_wrong_keys_of_a_decision_do_not_leave_half_a_step() -> None:
    with pytest.raises(WorkflowTaskException):
        Stock(ruled("COLLECT"), {"other": 1})
    with pytest.raises(InvalidExpression) as missing:
        Case(process_of(ruled("COLLECT")), {"other": 1})
    assert missing.value.data["element"] == "b"
