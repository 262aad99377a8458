"""Timers, messages and errors: what an event waits for or sends is said completely."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext_lazy as _
from lxml import etree

from engine.bpmn.findings import Finding, Problem, Verdict
from engine.bpmn.model import Element, Node, text_of
from engine.bpmn.reading import SPIFF
from engine.bpmn.rules.expressions import (
    check_expression,
    check_variable,
    invalid_reason,
    is_duration,
    literal,
    tree_of,
)
from engine.bpmn.rules.registry import World, node_rule
from engine.bpmn.rules.variables import message_variable

TIMER_COUNT = Problem(
    "timer_definition",
    Verdict.DECISION,
    _("%(element)s needs exactly one of timeDate, timeDuration and timeCycle; it has %(count)d."),
)
BARE_DURATION = Problem(
    "timer_bare_duration",
    Verdict.DECISION,
    _(
        '%(element)s waits for %(text)s without saying of which time. Write working("%(text)s")'
        ' or calendar("%(text)s") in a timeDate.'
    ),
)
BAD_DURATION = Problem(
    "timer_duration",
    Verdict.ERROR,
    _("%(element)s: “%(text)s” is no duration. Write for instance PT4H, P1D or P1DT30M."),
)
WRONG_KIND = Problem(
    "timer_kind",
    Verdict.DECISION,
    _("%(element)s: %(function)s() belongs into a %(kind)s, not into a %(found)s. Move it there."),
)
CYCLE_PLACE = Problem(
    "timer_cycle_place",
    Verdict.ERROR,
    _(
        "%(element)s repeats, but only a boundary event that doesn't interrupt can. Let it not"
        " interrupt, or use a timeDate."
    ),
)
BAD_CYCLE = Problem(
    "timer_cycle",
    Verdict.ERROR,
    _(
        "%(element)s: “%(text)s” is no cycle. Write for instance every_working('PT4H') or"
        " 'R3/PT1H'."
    ),
)
NO_MESSAGE = Problem(
    "message_missing",
    Verdict.DECISION,
    _("%(element)s names no message of the file. Choose one, or make one with a name."),
)
NO_MESSAGE_NAME = Problem(
    "message_without_name",
    Verdict.DECISION,
    _("%(element)s: the message “%(message)s” has no name, by which it would be delivered."),
)
NO_VARIABLE = Problem(
    "message_variable_missing",
    Verdict.DECISION,
    _(
        "%(element)s doesn't say into which variable the message goes. Name a messageVariable; what"
        " came would otherwise stay in the state for ever."
    ),
)
NO_KEY = Problem(
    "correlation_key_missing",
    Verdict.DECISION,
    _(
        "%(element)s doesn't say for which case the message is. Set the property correlationKey,"
        " for instance to the id of the document."
    ),
)
NO_ERROR = Problem(
    "error_missing",
    Verdict.DECISION,
    _("%(element)s names no error of the file, or one without a code. Choose the code."),
)

_TIMES: Final = ("timeDate", "timeDuration", "timeCycle")
_FUNCTIONS: Final = {"working": "timeDate", "calendar": "timeDate", "every_working": "timeCycle"}
_CYCLE: Final = re.compile(r"R\d{0,5}/(.+/)?(P[^/]+)")
_CATCHES: Final = ("boundaryEvent", "intermediateCatchEvent")
_THROWS: Final = ("endEvent", "intermediateThrowEvent")


# --- timers ---------------------------------------------------------------------------------------
@node_rule(*_CATCHES)
def timer_computes(node: Node, world: World) -> Iterator[Finding]:
    for definition in _of_kind(node, "timerEventDefinition"):
        times = [xml for kind in _TIMES for xml in definition.children(kind)]
        if len(times) != 1:
            yield TIMER_COUNT.at(node.place, count=len(times))
            continue
        time = Element(times[0], node.file)
        source = text_of(time.xml)
        if _is_bare(source):
            problem = BARE_DURATION if is_duration(source) else BAD_CYCLE
            yield problem.at(node.place, text=source)
        else:
            yield from check_expression(source, node, time.kind, action="set_timer", kind=time.kind)
            yield from _time(node, time.kind, source)


@node_rule(*_CATCHES)
def cycles_do_not_interrupt(node: Node, world: World) -> Iterator[Finding]:
    """An interrupting cycle timer doesn't interrupt; elsewhere a cycle has nothing to repeat."""
    repeats = any(
        definition.child("timeCycle") is not None
        for definition in _of_kind(node, "timerEventDefinition")
    )
    if repeats and (node.kind != "boundaryEvent" or node.interrupts):
        yield CYCLE_PLACE.at(node.place)


def _time(node: Node, kind: str, source: str) -> Iterator[Finding]:
    """What can be said of a time before it is computed."""
    text = literal(source)
    if kind == "timeDuration" and text is not None and not is_duration(text):
        yield BAD_DURATION.at(node.place, text=text)
    if kind == "timeCycle" and text is not None and not _is_cycle(text):
        yield BAD_CYCLE.at(node.place, text=text)
    for call in _calls(source):
        function = call.func.id if isinstance(call.func, ast.Name) else ""
        belongs = _FUNCTIONS.get(function)
        if belongs is None:
            continue
        if belongs != kind and kind != "timeCycle":
            yield WRONG_KIND.at(node.place, function=function, kind=belongs, found=kind)
        for argument in call.args[:1]:
            if isinstance(argument, ast.Constant) and not is_duration(str(argument.value)):
                yield BAD_DURATION.at(node.place, text=argument.value)


def _calls(source: str) -> list[ast.Call]:
    tree = tree_of(source)
    return [] if tree is None else [one for one in ast.walk(tree) if isinstance(one, ast.Call)]


def _is_bare(source: str) -> bool:
    """A duration or cycle written as other engines want it: without quotes."""
    return bool(re.fullmatch(r"P[0-9DTHMSWY.]+", source)) or (
        _CYCLE.fullmatch(source) is not None and bool(invalid_reason(source))
    )


def _is_cycle(text: str) -> bool:
    found = _CYCLE.fullmatch(text)
    return found is not None and is_duration(found.group(2))


# --- messages -------------------------------------------------------------------------------------
@node_rule(*_CATCHES, *_THROWS)
def message_has_a_name(node: Node, world: World) -> Iterator[Finding]:
    for definition in _of_kind(node, "messageEventDefinition"):
        ref = (definition.xml.get("messageRef") or "").strip()
        message = node.scope.diagram.messages.get(ref)
        if message is None:
            yield NO_MESSAGE.at(node.place)
        elif not message.name:
            yield NO_MESSAGE_NAME.at(node.place, message=ref)


@node_rule(*_CATCHES)
def message_finds_its_case(node: Node, world: World) -> Iterator[Finding]:
    if not node.has_definition("message"):
        return
    name = message_variable(node)
    if not name:
        yield NO_VARIABLE.at(node.place)
    else:
        yield from check_variable(name, node, "messageVariable")
    if not node.properties.get("correlationKey"):
        yield NO_KEY.at(node.place)


@node_rule(*_CATCHES, *_THROWS)
def message_computes(node: Node, world: World) -> Iterator[Finding]:
    key = node.properties.get("correlationKey")
    if key:
        yield from check_expression(
            key, node, "correlationKey", action="set_property", name="correlationKey"
        )
    for payload in _payloads(node):
        yield from check_expression(text_of(payload), node, "messagePayload")


def _payloads(node: Node) -> Iterator[etree._Element]:
    for definition in _of_kind(node, "messageEventDefinition"):
        yield from definition.xml.iter(f"{{{SPIFF}}}messagePayload")


# --- errors ---------------------------------------------------------------------------------------
@node_rule("boundaryEvent", "endEvent")
def error_has_a_code(node: Node, world: World) -> Iterator[Finding]:
    for definition in _of_kind(node, "errorEventDefinition"):
        ref = (definition.xml.get("errorRef") or "").strip()
        error = node.scope.diagram.errors.get(ref)
        if error is None or not error.xml.get("errorCode"):
            yield NO_ERROR.at(node.place)


def _of_kind(node: Node, kind: str) -> list[Element]:
    return [definition for definition in node.definitions if definition.kind == kind]
