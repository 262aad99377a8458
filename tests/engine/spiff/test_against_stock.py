"""The engine does what stock SpiffWorkflow does: random diagrams, random walks, saved and loaded
after every act. They come through everything that the linter admits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.bpmn.linter import check
from tests.engine.spiff.admitted import admitted
from tests.engine.spiff.features import uses
from tests.engine.spiff.generated import Drawing, files_of
from tests.engine.spiff.mended import mended
from tests.engine.spiff.pair import Pair

EXAMPLES, MANY = 120, 2000
ACTS = 40

NOT_COMPARED: Final = {
    "boundaryEvent error interrupting on several": (
        "test_an_interrupted_multi_instance_leaves_its_scopes"
    ),
    "endEvent error in the process": "test_an_error_that_nobody_catches_is_a_success",
}
"""What the linter admits and stock does wrong, with the test that shows what each does. There is
more of which only some uses are left out, drawn otherwise (`for_stock`) or mended (`mended`)."""

Choice = Callable[[Sequence[Any]], Any]


def test_random_walks_agree() -> None:
    """Of as many different ones as there are examples: hypothesis, which shrinks what fails, has
    many that resemble each other. It takes the long test below."""
    reached: set[str] = set()
    for number in range(EXAMPLES):
        try:
            reached |= walk(Random(number).choice, number)
        except BaseException as error:
            error.add_note(f"walk number {number}")
            raise
    assert sorted(admitted() - reached) == sorted(NOT_COMPARED)
    assert sorted(reached - admitted()) == []


@pytest.mark.long
@settings(
    max_examples=MANY,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
@given(st.data())
def test_very_many_random_walks_agree(data: st.DataObject) -> None:
    walk(lambda options: data.draw(st.sampled_from(options)), data.draw(st.integers(0, EXAMPLES)))


def test_what_stock_does_wrong_has_a_test() -> None:
    """Every test is there that is named where something is left out or done otherwise."""
    here = Path(__file__).parent
    there, named = set(), set()
    for path in here.rglob("*.py"):
        text = path.read_text()
        if path.name.startswith("test_pitfalls_"):
            there |= set(re.findall(r"^def (test_\w+)", text, re.MULTILINE))
        else:
            named |= set(re.findall(r"[`\"](test_\w*[a-z])[`\"]", text))
    assert set(NOT_COMPARED.values()) <= named
    assert named - there == {Path(__file__).stem}


# --- walking --------------------------------------------------------------------------------------
def walk(choose: Choice, turn: int) -> set[str]:
    """A random diagram, to its end or for a while. The features of what was reached."""
    drawing = Drawing(choose)
    files, patience = files_of(drawing, turn), choose((1, 4))
    assert [finding.message for finding in check(files).errors] == []
    try:
        with mended():
            pair = Pair(files, drawing)
            for _ in range(ACTS):
                if pair.ours.ended:
                    break
                act(choose, pair, patience)
    except BaseException as error:
        error.add_note("".join(f"{name}: {text.decode()}\n" for name, text in files.items()))
        raise
    visits = [visit for step in pair.ours.steps for visit in step.visits]
    visited = {(visit.process, name) for visit in visits for name in (visit.element, "")}
    taken = {(visit.process, name) for visit in visits for name in (visit.flow, "")}
    return {
        use.feature
        for use in uses(files)
        if (use.process, use.element) in visited and (use.process, use.flow) in taken
    }


def act(choose: Choice, pair: Pair, patience: int) -> None:
    """One random act; `patience` is the likelihood that time passes instead."""
    tasks = sorted(pair.tasks())
    options: list[tuple[str, Any]] = [
        *(("task", address) for address in tasks),
        *(("add", address) for address in tasks if address[1] >= 0),
        *(("message", address) for address in sorted(pair.messages())),
        *([("time", None)] * patience if pair.moments() else []),
    ]
    kind, what = choose(options)
    if kind == "task":
        code = choose(("yes", "yes", "no", "no", "back", "removed"))
        pair.complete(what, code, {f"choice_{what[0]}": choose((0, 1, 1, 2))})
    elif kind == "add":
        pair.add(what, "dan")
    elif kind == "message":
        pair.send(what)
    else:
        pair.pass_time()
