"""Activities that are done by several at once, and how their decisions are counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext_lazy as _

from engine.bpmn.findings import Finding, Problem, Repair, Verdict
from engine.bpmn.model import ACTIVITIES, HUMAN_TASKS, Element, Node
from engine.bpmn.rules.expressions import check_expression, check_variable
from engine.bpmn.rules.registry import World, node_rule

NO_LIST = Problem(
    "multi_instance_without_list",
    Verdict.DECISION,
    _(
        "%(element)s is done by several, but doesn't say by whom. Name the list (loopDataInputRef)"
        " and the variable for one of it (inputDataItem)."
    ),
)
TWO_COUNTS = Problem(
    "multi_instance_list_and_number",
    Verdict.ERROR,
    _("%(element)s names a list as well as a number of times. Keep the list."),
)
NO_OUTPUT = Problem(
    "multi_instance_without_output",
    Verdict.DECISION,
    _(
        "%(element)s is done by several, but their decisions are collected nowhere. Name the list"
        " (loopDataOutputRef) and the variable of one decision (outputDataItem)."
    ),
)
HALF_OUTPUT = Problem(
    "multi_instance_half_output",
    Verdict.ERROR,
    _("%(element)s names one of loopDataOutputRef and outputDataItem, but needs both or neither."),
)
DECISION_ITEM = Problem(
    "multi_instance_item_decision",
    Verdict.DECISION,
    _(
        "%(element)s collects decisions in “decision”, a name that earlier tasks use as well. Give"
        " the output item another name, for instance vote."
    ),
)
SAME_NAME = Problem(
    "multi_instance_same_name",
    Verdict.ERROR,
    _(
        "%(element)s uses “%(name)s” for two of its list and item variables. Give each its "
        "own name."
    ),
)
CONDITION = Problem(
    "completion_condition",
    Verdict.DECISION,
    _(
        "%(element)s ends early by “%(condition)s”, which would see the last decision only. Let"
        " the engine count: completionCondition level_closed, and the properties tally…"
    ),
)
CONDITION_ELSEWHERE = Problem(
    "completion_condition_place",
    Verdict.DECISION,
    _(
        "%(element)s can't end early: only decisions of user tasks are counted. Remove the"
        " completionCondition."
    ),
)
NO_CONDITION = Problem(
    "completion_condition_missing",
    Verdict.ERROR,
    _(
        "%(element)s counts decisions but doesn't end by them. Set completionCondition "
        "level_closed."
    ),
)
NO_TALLY = Problem(
    "tally_missing",
    Verdict.DECISION,
    _("%(element)s is decided by several, but %(name)s isn't set: how are they counted?"),
)
TALLY_ALONE = Problem(
    "tally_without_multi_instance",
    Verdict.ERROR,
    _("%(element)s has the property %(name)s, but is done by one person only. Remove it."),
)

TALLY: Final = ("tallyMode", "tallyThreshold", "tallyYes", "tallyNo", "tallyStop")
CLOSED: Final = "level_closed"
_NEEDED: Final = ("tallyMode", "tallyYes", "tallyNo")


@node_rule(*ACTIVITIES)
def says_how_many(node: Node, world: World) -> Iterator[Finding]:
    loop = node.loop
    if loop is None or not node.is_multi_instance:
        return
    number, source = loop.child_text("loopCardinality"), loop.child_text("loopDataInputRef")
    if source and number:
        yield TWO_COUNTS.at(node.place)
    if node.kind in HUMAN_TASKS or not number:
        if not source or not item_name(loop, "inputDataItem"):
            yield NO_LIST.at(node.place)
    elif number:
        yield from check_expression(number, node, "loopCardinality")


@node_rule(*ACTIVITIES)
def collects_results(node: Node, world: World) -> Iterator[Finding]:
    loop = node.loop
    if loop is None or not node.is_multi_instance:
        return
    results, item = loop.child_text("loopDataOutputRef"), item_name(loop, "outputDataItem")
    if bool(results) != bool(item):
        yield HALF_OUTPUT.at(node.place)
    elif node.kind in HUMAN_TASKS and not results:
        yield NO_OUTPUT.at(node.place)
    if item == "decision":
        yield DECISION_ITEM.at(node.place)
    names = [
        loop.child_text("loopDataInputRef"),
        item_name(loop, "inputDataItem"),
        results,
        item,
    ]
    for name in dict.fromkeys(filter(None, names)):
        yield from check_variable(name, node, "multiInstanceLoopCharacteristics")
        if names.count(name) > 1:
            yield SAME_NAME.at(node.place, name=name)


@node_rule(*ACTIVITIES)
def ends_by_the_tally(node: Node, world: World) -> Iterator[Finding]:
    loop = node.loop
    if loop is None or not node.is_multi_instance:
        return
    condition = loop.child_text("completionCondition")
    if node.kind not in HUMAN_TASKS:
        if condition:
            yield CONDITION_ELSEWHERE.at(node.place)
    elif not condition:
        repair = None
        if node.id and all(node.properties.get(name) for name in _NEEDED):
            values = {"value": CLOSED}
            repair = Repair("set_completion_condition", node.id, node.place.line, values)
        yield NO_CONDITION.at(node.place, repair=repair)
    elif condition != CLOSED:
        yield CONDITION.at(node.place, condition=condition)


@node_rule(*HUMAN_TASKS)
def tally_computes(node: Node, world: World) -> Iterator[Finding]:
    for name in TALLY:
        value = node.properties.get(name)
        if value and not node.is_multi_instance:
            yield TALLY_ALONE.at(node.place, name=name)
        elif value:
            yield from check_expression(value, node, name, action="set_property", name=name)
        elif node.is_multi_instance and name in _NEEDED:
            yield NO_TALLY.at(node.place, name=name)


def item_name(loop: Element, kind: str) -> str:
    """Name of the variable of an inputDataItem or outputDataItem: its id."""
    xml = loop.child(kind)
    return "" if xml is None else (xml.get("id") or "").strip()
