"""What the linter says, as a page shows it: element by element, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.inbox.outline import KINDS
from engine.bpmn.findings import Finding, Place, Report, Verdict
from engine.files import Spot, spot_of

ICONS: Final[Mapping[Verdict, str]] = {
    Verdict.RUNS: "check",
    Verdict.REPAIR: "tool",
    Verdict.DECISION: "help",
    Verdict.SHOWN: "eye",
    Verdict.ERROR: "alert-triangle",
}
TYPES: Final[Mapping[str, str | Promise]] = {
    **KINDS,
    "file": _("File"),
    "definitions": _("File"),
    "process": _("Process"),
    "participant": _("Pool"),
    "lane": _("Lane"),
    "sequenceFlow": _("Flow"),
    "decision": _("Decision"),
    "decisionTable": _("Decision table"),
    "rule": _("Row of a table"),
    "input": _("Column of a table"),
    "output": _("Column of a table"),
}
"""Kinds of elements in the words of the pages; of others the word of BPMN is shown."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A verdict as it is drawn: in the list, in the legend and on the diagram."""

    verdict: Verdict

    @property
    def code(self) -> str:
        return self.verdict.value

    @property
    def label(self) -> str | Promise:
        return self.verdict.label

    @property
    def icon(self) -> str:
        return ICONS[self.verdict]


@dataclass(slots=True)
class Judged:
    """An element with all that was found there."""

    place: Place
    mark: Mark
    findings: list[tuple[Finding, str]] = field(default_factory=list)  # with the value of its spot

    @property
    def type(self) -> str | Promise:
        return TYPES.get(self.place.element_type, self.place.element_type)

    @property
    def label(self) -> str:
        """How it is called; empty where that would be its kind once more."""
        named = self.place.label
        return "" if named == self.place.element_type else named


def judged(report: Report) -> list[Judged]:
    """Elements with findings, in the order of the file."""
    found: dict[Place, Judged] = {}
    verdicts = {one.place: one.verdict for one in report.elements}
    for finding in report.findings:
        place = finding.place
        if place not in found:
            found[place] = Judged(place, Mark(verdicts.get(place, finding.verdict)))
        found[place].findings.append((finding, spot_value(spot_of(finding))))
    return list(found.values())


def counted(report: Report) -> list[tuple[Mark, int]]:
    """How many elements have each verdict, from good to bad; those that none has left out."""
    verdicts = [one.verdict for one in report.elements]
    numbers = ((Mark(verdict), verdicts.count(verdict)) for verdict in Verdict)
    return [(mark, number) for mark, number in numbers if number]


def drawn(report: Report) -> dict[str, str]:
    """Element → verdict, for the diagram. The worst of those of an id, as findings inside an
    element belong to it there."""
    worst: dict[str, Verdict] = {}
    pairs: Iterable[tuple[str, Verdict]] = (
        *((one.place.element, one.verdict) for one in report.elements),
        *((finding.element, finding.verdict) for finding in report.findings),
    )
    for element, verdict in pairs:
        if element and verdict.rank >= worst.get(element, Verdict.RUNS).rank:
            worst[element] = verdict
    return {element: verdict.value for element, verdict in worst.items()}


def spot_value(spot: Spot) -> str:
    """A spot as a button's value."""
    code, line, element = spot
    return f"{code} {line or 0} {element}"


def read_spot(value: str) -> Spot:
    """The spot that `spot_value` wrote; raises ValueError."""
    code, line, element = value.split(" ", 2)
    return code, int(line) or None, element
