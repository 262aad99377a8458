"""The diagram of a case in words, with where the case has been and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.inbox.elements import language
from apps.core.inbox.looking import Waiting
from engine.bpmn.outline import Outline, Step, Way, outlines
from engine.models import ActivityInstance, ProcessInstance
from engine.models.history import ActivityState

KINDS: Final[Mapping[str, Promise]] = {
    "startEvent": _("Start"),
    "endEvent": _("End"),
    "userTask": _("Human task"),
    "manualTask": _("Manual task"),
    "serviceTask": _("Service task"),
    "businessRuleTask": _("Decision table"),
    "callActivity": _("Called process"),
    "subProcess": _("Subprocess"),
    "exclusiveGateway": _("Either, or"),
    "parallelGateway": _("All of these"),
    "eventBasedGateway": _("Whichever comes first"),
    "boundaryEvent": _("Meanwhile"),
    "intermediateCatchEvent": _("Wait"),
    "intermediateThrowEvent": _("Message"),
    # What doesn't run, in files that are only stored:
    "task": _("Task"),
    "scriptTask": _("Script"),
    "sendTask": _("Send task"),
    "receiveTask": _("Receive task"),
    "inclusiveGateway": _("Any of these"),
    "complexGateway": _("Complex gateway"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A step: what it is called, what kind it is, how often it was reached, whether a token is
    there, and how the decisions of several count."""

    label: str
    kind: str
    depth: int
    ways: tuple[tuple[str, str], ...]  # name of the flow, name of where it leads
    visits: int
    now: bool
    counted: str


@dataclass(frozen=True, slots=True)
class Part:
    """One process: the case's own, or one that it calls."""

    label: str
    lines: tuple[Line, ...]


Visits = Mapping[tuple[str, str], Sequence[int]]
Counted = Mapping[tuple[str, str], str]  # process and element → `Waiting.counted`


def outline_of(instance: ProcessInstance, waiting: Iterable[Waiting]) -> list[Part]:
    """The case's own process first, then those it calls. `waiting`: whom it waits for."""
    resources = instance.definition.resources.order_by("name")
    files = [(resource.name, bytes(resource.content)) for resource in resources]
    counted = {(one.task.process, one.task.element): one.counted for one in waiting}
    return parts_of(files, first=instance.definition.key, visits=_visits(instance), counted=counted)


def parts_of(
    files: Iterable[tuple[str, bytes]],
    *,
    first: str = "",
    visits: Visits | None = None,
    counted: Counted | None = None,
) -> list[Part]:
    """The processes of these files (name, bytes), that with the key `first` first."""
    found: list[Outline] = []
    for name, content in files:
        if name.endswith(".bpmn"):
            found += outlines(content, name)
    found.sort(key=lambda outline: outline.key != first)
    return [_part(outline, visits or {}, counted or {}) for outline in found]


def _visits(instance: ProcessInstance) -> Visits:
    """Element → states of the visits to it."""
    found: dict[tuple[str, str], list[int]] = {}
    for process, element, state in ActivityInstance.objects.filter(instance=instance).values_list(
        "process", "element", "state"
    ):
        found.setdefault((process, element), []).append(state)
    return found


def _part(outline: Outline, visits: Visits, counted: Counted) -> Part:
    names = {step.id: _label(step) or _kind(step) for step in outline.steps}
    lines = tuple(
        _line(step, names, visits.get(place, ()), counted.get(place, ""))
        for step in outline.steps
        for place in [(outline.key, step.id)]
    )
    return Part(_label(outline), lines)


def _line(step: Step, names: Mapping[str, str], states: Sequence[int], counted: str) -> Line:
    if step.attached_to:  # reached when it happens, not while it listens
        states = [state for state in states if state == ActivityState.COMPLETED]
    return Line(
        label=_label(step),
        kind=_kind(step),
        depth=step.depth + (1 if step.attached_to else 0),
        ways=tuple((_label(way), names.get(way.target, way.target)) for way in step.ways),
        visits=len(states),
        now=ActivityState.ACTIVE in states,
        counted=counted,
    )


def _kind(step: Step) -> str:
    return str(KINDS.get(step.type, step.type))


def _label(named: Outline | Step | Way) -> str:
    if language().startswith("en"):
        return named.name_en or named.name
    return named.name or named.name_en
