"""Which variables an element sets."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.model import HUMAN_TASKS, Node, text_of
from engine.bpmn.reading import SPIFF


def split_names(text: str) -> list[str]:
    """The parts of a property that lists names, separated by commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def message_variable(node: Node) -> str:
    """The variable into which a message event puts what it got; empty where it names none."""
    for definition in node.definitions:
        for xml in definition.xml.iter(f"{{{SPIFF}}}messageVariable"):
            return text_of(xml)
    return ""


def result_variables(node: Node) -> Iterator[str]:
    """Names of the variables that the node itself sets, what is inside of it left out."""
    if node.kind == "serviceTask":
        for operator in node.spiff_extensions("serviceTaskOperator"):
            yield from filter(None, [(operator.get("resultVariable") or "").strip()])
    elif node.kind == "businessRuleTask":
        yield from filter(None, [node.properties.get("resultVariable", "").strip()])
    elif node.kind in HUMAN_TASKS:
        yield from split_names(node.properties.get("variables", ""))
        if node.properties.get("decisions"):
            yield "decision"
    yield from filter(None, [message_variable(node)])
    if node.loop is not None:
        yield from filter(None, [node.loop.child_text("loopDataOutputRef")])
