"""What a file defines and what it needs: keys of processes and decisions."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from lxml import etree

from engine.bpmn.reading import read
from engine.exceptions import InvalidDefinition


@dataclass(frozen=True, slots=True)
class References:
    """`key` is the id of the process or decision; `needs` are the keys it calls and decides by."""

    key: str
    is_decision: bool
    executable: bool
    needs: frozenset[str]


def find_references(name: str, content: bytes) -> References:
    """Of one file, which holds one process or one decision; raises InvalidDefinition otherwise."""
    root = read(content, name)
    is_decision = name.endswith(".dmn")
    found = root.findall("{*}decision" if is_decision else "{*}process")
    if len(found) != 1 or not found[0].get("id"):
        raise InvalidDefinition(
            _("“%(name)s” must hold one process or one decision with an id; it holds %(count)d.")
            % {"name": name, "count": len(found)},
            file=name,
        )
    (element,) = found
    called = {call.get("calledElement", "") for call in element.iter("{*}callActivity")}
    decided = {_text(decision) for decision in element.iter("{*}calledDecisionId")}
    return References(
        key=element.get("id", ""),
        is_decision=is_decision,
        executable=not is_decision and element.get("isExecutable", "true") == "true",
        needs=frozenset((called | decided) - {""}),
    )


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()
