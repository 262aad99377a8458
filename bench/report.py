"""Figures: printed as a table, written as JSON."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure. `goal` bounds `ratio` where there is a baseline, else `value`. Where it
    is in milliseconds beside a baseline, `where` says what the baseline took on the machine for
    which it was set: the value is judged as it would be there."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    goal: float | None = None
    beyond: float | None = None
    where: float | None = None

    @property
    def ratio(self) -> float | None:
        return None if self.baseline is None else self.value / self.baseline

    @property
    def judged(self) -> float:
        if self.ratio is None:
            return self.value
        return self.ratio if self.where is None else self.ratio * self.where


def median_of(seconds: Sequence[float]) -> float:
    """Median in milliseconds."""
    return statistics.median(seconds) * 1000


def write(figures: Sequence[Figure], file: Path) -> None:
    """Names to values, for whoever compares runs."""
    metrics = {
        figure.name: {
            "value": round(figure.value, 4),
            "unit": figure.unit,
            "baseline": None if figure.baseline is None else round(figure.baseline, 4),
            "ratio": None if figure.ratio is None else round(figure.ratio, 3),
        }
        for figure in figures
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"metrics": metrics}, indent=2) + "\n")


def show(figure: Figure) -> None:
    """One line of the table."""
    say(
        f"{figure.name:26} {figure.value:10.2f} {figure.unit:10} {_number(figure.baseline):>10} "
        f"{_number(figure.ratio):>7}"
        f" {_number(figure.goal):>8} {_number(figure.beyond):>8}  {_verdict(figure)}"
    )


def head() -> None:
    say(f"{'':26} {'value':>10} {'':10} {'bare':>10} {'ratio':>7} {'goal':>8} {'beyond':>8}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _verdict(figure: Figure) -> str:
    if figure.goal is None:
        return ""
    if figure.beyond is not None and figure.judged <= figure.beyond:
        return "beyond"
    verdict = "ok" if figure.judged <= figure.goal else "MISSED"
    if figure.where is None:
        return verdict
    return f"{verdict}: {figure.judged:.2f} where bare takes {figure.where:g}"
