"""What the linter has to say: problems (kinds of findings), findings, repairs, and the report.

A finding is plain data: the code of its problem, a place, and parameters. Its text is made when it
is read, in the reader's language; so a report can be kept, or come from another process, and still
be read by anybody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MAX_FINDINGS: Final = 1_000
"""A report says no more than this of one upload; a file that is wrong everywhere needs no list of
it.
"""
MAX_PARAMETER: Final = 120
"""Longest name or expression that a message repeats."""


class Verdict(Enum):
    """What becomes of an element, from good to bad. Only what `runs` can be deployed."""

    RUNS = "runs"
    REPAIR = "repair"
    DECISION = "decision"
    SHOWN = "shown"
    ERROR = "error"

    @property
    def label(self) -> Promise:
        return _VERDICT_LABELS[self]

    @property
    def rank(self) -> int:
        return _RANKS[self]


_VERDICT_LABELS: Final[Mapping[Verdict, Promise]] = {
    Verdict.RUNS: _("runs"),
    Verdict.REPAIR: _("runs after this repair"),
    Verdict.DECISION: _("needs your decision"),
    Verdict.SHOWN: _("shown only"),
    Verdict.ERROR: _("error"),
}
_RANKS: Final = {verdict: rank for rank, verdict in enumerate(Verdict)}


class Place(NamedTuple):
    """Where something stands in a file."""

    file: str
    line: int | None
    element: str  # id; empty where it has none
    element_type: str  # BPMN's or DMN's word, for instance userTask; with a prefix where a vendor's
    label: str  # name and id, for people


@dataclass(frozen=True, slots=True)
class Repair:
    """A change that can't be wrong: what the diagram means is already in it. `repairs.apply`
    carries it out.

    `action` is one of `repairs.ACTIONS`; `element` the id it is done to; `line` tells apart
    elements of equal ids.
    """

    action: str
    element: str
    line: int | None
    values: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "element": self.element,
            "line": self.line,
            "values": dict(self.values),
        }


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of finding. `message` names the thing, says what is wrong and the way out;
    `%(element)s` is the place.

    With the verdict *runs* it is a warning. A finding that brings a repair has the verdict *repair*
    instead.
    """

    code: str
    verdict: Verdict
    message: str | Promise

    def __post_init__(self) -> None:
        if self.code in PROBLEMS:
            raise ValueError(f"problem {self.code!r} is declared twice")
        PROBLEMS[self.code] = self

    def at(self, place: Place, *, repair: Repair | None = None, **parameters: object) -> Finding:
        """A finding of this kind. Parameters are numbers or texts."""
        verdict = self.verdict
        if repair is not None and verdict is not Verdict.RUNS:
            verdict = Verdict.REPAIR
        shown = {name: _shown(value) for name, value in parameters.items()}
        return Finding(self.code, verdict, place, shown, repair)


PROBLEMS: Final[dict[str, Problem]] = {}
"""Every declared problem by its code."""


def _shown(value: object) -> str | int:
    if isinstance(value, int):
        return value
    text = " ".join(str(value).split())
    return text if len(text) <= MAX_PARAMETER else text[: MAX_PARAMETER - 1] + "…"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the linter found, at one place."""

    code: str
    verdict: Verdict
    place: Place
    parameters: Mapping[str, str | int] = field(default_factory=dict)
    repair: Repair | None = None

    @property
    def level(self) -> str:
        """`error` where it keeps the file from being deployed, else `warning`."""
        return "warning" if self.verdict is Verdict.RUNS else "error"

    @property
    def message(self) -> str:
        """The text, in the language that is active now."""
        return str(PROBLEMS[self.code].message) % {
            **self.parameters,
            "element": self.place.label,
        }

    @property
    def file(self) -> str:
        return self.place.file

    @property
    def line(self) -> int | None:
        return self.place.line

    @property
    def element(self) -> str:
        return self.place.element

    @property
    def element_type(self) -> str:
        return self.place.element_type

    def as_dict(self) -> dict[str, Any]:
        """For JSON; with the text, and with everything that `from_dict` needs."""
        return {
            "code": self.code,
            "level": self.level,
            "verdict": self.verdict.value,
            **self.place._asdict(),
            "message": self.message,
            "parameters": dict(self.parameters),
            "repair": self.repair.as_dict() if self.repair else None,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Finding:
        """The finding that `as_dict` described."""
        return cls(
            code=data["code"],
            verdict=Verdict(data["verdict"]),
            place=_place(data),
            parameters=data["parameters"],
            repair=Repair(**data["repair"]) if data["repair"] else None,
        )


@dataclass(frozen=True, slots=True)
class ElementVerdict:
    """What becomes of one element of a diagram."""

    place: Place
    verdict: Verdict

    def as_dict(self) -> dict[str, Any]:
        return {**self.place._asdict(), "verdict": self.verdict.value}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ElementVerdict:
        return cls(_place(data), Verdict(data["verdict"]))


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found in some files, and what becomes of each element; both in the order of the
    files.
    """

    findings: tuple[Finding, ...]
    elements: tuple[ElementVerdict, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What keeps the files from being deployed."""
        return tuple(finding for finding in self.findings if finding.level == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.level == "warning")

    @property
    def runs(self) -> bool:
        """Whether the files can be deployed as they are."""
        return not self.errors

    def of(self, element: str, file: str = "") -> tuple[Finding, ...]:
        """Findings at the element of that id, in one file or all."""
        return tuple(f for f in self.findings if f.element == element and file in ("", f.file))

    def about(self, files: Collection[str]) -> Report:
        """The part of it that is about these files."""
        return Report(
            tuple(finding for finding in self.findings if finding.file in files),
            tuple(element for element in self.elements if element.place.file in files),
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON: `runs`, `findings` and `elements`."""
        return {
            "runs": self.runs,
            "findings": [finding.as_dict() for finding in self.findings],
            "elements": [element.as_dict() for element in self.elements],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Report:
        """The report that `as_dict` described."""
        return cls(
            tuple(Finding.from_dict(finding) for finding in data["findings"]),
            tuple(ElementVerdict.from_dict(element) for element in data["elements"]),
        )


def make_report(findings: Iterable[Finding], places: Iterable[Place]) -> Report:
    """The report over `places`, each with the worst verdict of the findings there."""
    found = list(findings)
    worst: dict[Place, Verdict] = {}
    for finding in found:
        if finding.verdict.rank > worst.get(finding.place, Verdict.RUNS).rank:
            worst[finding.place] = finding.verdict
    elements = tuple(ElementVerdict(place, worst.get(place, Verdict.RUNS)) for place in places)
    if len(found) > MAX_FINDINGS:
        more = len(found) - MAX_FINDINGS
        # errors first: a cut must not hide what keeps the file from being deployed
        found.sort(key=lambda finding: finding.level)
        found = [*found[:MAX_FINDINGS], TOO_MANY.at(found[0].place, count=more)]
    files = {place.file: None for place in (finding.place for finding in found)}
    order = {file: position for position, file in enumerate(sorted(files))}
    found.sort(key=lambda finding: (order[finding.file], finding.line or 0, finding.code))
    return Report(tuple(found), elements)


TOO_MANY: Final = Problem(
    "too_many_findings",
    Verdict.ERROR,
    _("There are %(count)d findings more, not shown. Mend the ones shown first."),
)


def _place(data: Mapping[str, Any]) -> Place:
    return Place(*(data[name] for name in Place._fields))
