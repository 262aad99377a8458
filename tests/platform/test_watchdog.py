"""Programs that live but do not work are ended; the supervisor brings them back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from config.services import watchdog
from config.services.processes import wait_until
from config.services.supervisor import Child, Program
from config.services.watchdog import LOOK_SECONDS, START_SECONDS, UNWELL_SECONDS, Watchdog

# Stopped as a whole: it would not even take note of SIGTERM.
STOPPED = "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"
SECONDS = 20
MINUTES = 5 * 60

Answers = Callable[[float], dict[str, bool]]
Watch = Callable[[Answers, float], list[str]]


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    child = Child(Program("worker", [sys.executable, "-c", STOPPED]), tmp_path / "worker.log")
    yield child
    child.record.kill_group()
    child.process.wait(SECONDS)


@pytest.fixture
def watch(child: Child, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """`watch(answers, seconds)`: the watchdog looks for so long, by a clock that is turned on from
    the start of the program; `answers` by that clock. What the supervisor said."""

    def watch(answers: Answers, seconds: float) -> list[str]:
        said: list[str] = []
        clock = 0.0
        start = child.starts[-1]
        now = SimpleNamespace(monotonic=lambda: start + clock)
        monkeypatch.setattr(watchdog, "time", now)
        supervisor = SimpleNamespace(children=[child], say=said.append)
        dog = Watchdog(supervisor, lambda: answers(clock))  # type: ignore[arg-type]
        while clock < seconds and not said:
            dog.look()
            clock += 1
        return said

    return watch


def test_one_that_stays_unwell_is_ended(child: Child, watch: Watch) -> None:
    begin = 100
    soon = begin + UNWELL_SECONDS + 2 * LOOK_SECONDS
    answers: Answers = lambda clock: {"web": True, "worker": clock < begin}  # noqa: E731
    assert watch(answers, begin + UNWELL_SECONDS) == []
    assert watch(answers, soon) == ["worker lives but does not work: it is ended"]
    assert wait_until(child.ended, SECONDS)


def test_one_that_never_got_well_has_had_time_to_start(child: Child, watch: Watch) -> None:
    assert watch(lambda _clock: {"worker": False}, START_SECONDS) == []
    assert watch(lambda _clock: {"worker": False}, START_SECONDS + 2 * LOOK_SECONDS)
    assert wait_until(child.ended, SECONDS)


@pytest.mark.parametrize(
    "answers",
    [
        lambda _clock: {"web": True},
        lambda _clock: {"worker": True},
        lambda clock: {"worker": clock % 10 < 5},
    ],
    ids=["unknown", "well", "recovers"],
)
def test_others_are_left_alone(child: Child, watch: Watch, answers: Answers) -> None:
    assert watch(answers, MINUTES) == []
    assert not child.ended()
