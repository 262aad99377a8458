"""Names and properties of the steps of a case, from its own version of the diagram."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language

from engine import definitions
from engine.definitions import Element
from engine.models import HumanTask, ProcessDefinition, ProcessInstance


def language() -> str:
    """The language that is read now."""
    return get_language() or ""


def find_element(instance: ProcessInstance, process: str, element: str) -> Element | None:
    """The element of that id; None where the entry names none."""
    compiled = definitions.compiled(instance.definition_id, instance.definition.checksum)
    return compiled.elements.get((process, element))


def element_label(instance: ProcessInstance, process: str, element: str) -> str:
    """Name of a step in the reader's language; empty where there is none."""
    found = find_element(instance, process, element) if element else None
    return found.label(language()) if found else ""


def element_of(task: HumanTask) -> Element:
    """The user task in the diagram that a human task was made of."""
    compiled = definitions.compiled(task.instance.definition_id, task.instance.definition.checksum)
    return compiled.element(task.process, task.element)


def process_label(definition: ProcessDefinition) -> str:
    """Name of a process in the reader's language."""
    if language().startswith("en"):
        return definition.name_en or definition.name
    return definition.name or definition.name_en


def end_labels(rows: Iterable[ProcessDefinition]) -> dict[str, str]:
    """End event → its name in the reader's language, of all these processes; the first of an id
    that several have counts."""
    found: dict[str, str] = {}
    for row in rows:
        for (process, end), element in definitions.compiled(row.pk, row.checksum).elements.items():
            if process == row.key and element.type == "endEvent" and not element.scope:
                found.setdefault(end, element.label(language()))
    return found


def rule_tasks(instance: ProcessInstance) -> dict[tuple[str, str], str]:
    """Process and business rule task → the decision it asks, in all diagrams of the definition."""
    compiled = definitions.compiled(instance.definition_id, instance.definition.checksum)
    return {
        place: found.called
        for place, found in compiled.elements.items()
        if found.type == "businessRuleTask" and found.called
    }
