"""Lines of the inbox pages: everything a template shows, nothing for it to work out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.inbox import elements, looking, wording
from engine import decisions
from engine.models import HumanTask, InstanceState, ProcessInstance

STATE_COLOURS = {
    InstanceState.ACTIVE: "blue",
    InstanceState.SUSPENDED: "yellow",
    InstanceState.COMPLETED: "green",
    InstanceState.TERMINATED: "secondary",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line: what it is about, whose, how much, until when, and how it stands."""

    url: str
    subject: str
    process: str
    step: str
    who: str
    amount: Decimal | None
    at: datetime
    due: wording.Due | None = None
    badge: str = ""
    colour: str = "secondary"
    claim: HumanTask | None = None  # where it can be claimed from the list


def of_open_tasks(tasks: Iterable[HumanTask]) -> list[Row]:
    """Tasks of an inbox."""
    found = list(tasks)
    names = wording.names_of(task.initiator for task in found)
    return [
        Row(
            **_about(task),
            step=elements.element_label(task.instance, task.process, task.element),
            who=names.get(task.initiator or 0, ""),
            at=task.created_at,
            due=wording.due(task.due_at),
            badge="" if task.assignee else _("To be claimed"),
            colour="blue",
            claim=None if task.assignee else task,
        )
        for task in found
    ]


def of_done_tasks(tasks: Iterable[HumanTask]) -> list[Row]:
    """Tasks that somebody has decided."""
    found = list(tasks)
    names = wording.names_of(task.initiator for task in found)
    return [
        Row(
            **_about(task),
            step=elements.element_label(task.instance, task.process, task.element),
            who=names.get(task.initiator or 0, ""),
            at=task.ended_at or task.created_at,
            badge=decisions.label(task.decision) or _("Done"),
        )
        for task in found
    ]


def of_instances(instances: Iterable[ProcessInstance]) -> list[Row]:
    """Cases, each with whom it waits for."""
    found = list(instances)
    waiting = looking.people_waited_for(found)
    return [
        Row(
            url=reverse("inbox:instance", args=[instance.pk]),
            subject=subject_of(instance),
            process=elements.process_label(instance.definition),
            step=end_label(instance),
            who=waiting.get(instance.pk, ""),
            amount=amount_of(instance),
            at=instance.started_at,
            badge=str(InstanceState(instance.state).label),
            colour=STATE_COLOURS[InstanceState(instance.state)],
        )
        for instance in found
    ]


def _about(task: HumanTask) -> dict[str, Any]:
    return {
        "url": reverse("inbox:task", args=[task.pk]),
        "subject": task.subject or subject_of(task.instance),
        "process": elements.process_label(task.instance.definition),
        "amount": task.amount,
    }


def subject_of(instance: ProcessInstance) -> str:
    """What a case is about; its business key where its card says nothing."""
    return str(instance.card.get("subject") or instance.business_key)


def amount_of(instance: ProcessInstance) -> Decimal | None:
    """The amount on the card of a case."""
    try:
        return Decimal(str(instance.card["amount"]))
    except (KeyError, InvalidOperation):
        return None


def end_label(instance: ProcessInstance) -> str:
    """How a completed case ended, in the words of its diagram."""
    return elements.element_label(instance, instance.definition.key, instance.end_event)
