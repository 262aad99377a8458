"""Lines of cases: everything a template shows, nothing for it to work out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from apps.core.addresses import address
from apps.core.inbox import elements, looking
from engine.models import InstanceState, ProcessInstance

STATE_COLOURS = {
    InstanceState.ACTIVE: "blue",
    InstanceState.SUSPENDED: "yellow",
    InstanceState.COMPLETED: "green",
    InstanceState.TERMINATED: "secondary",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line: what it is about, whom it waits for, how much."""

    url: str
    subject: str
    who: str
    amount: Decimal | None


def of_instances(instances: Iterable[ProcessInstance]) -> list[Row]:
    """Cases, each with whom it waits for."""
    found = list(instances)
    waiting = looking.people_waited_for(found)
    return [
        Row(
            url=address("inbox:instance", instance.pk),
            subject=subject_of(instance),
            who=waiting.get(instance.pk, ""),
            amount=amount_of(instance),
        )
        for instance in found
    ]


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


def submitted_at(instance: ProcessInstance) -> datetime:
    """When a case was submitted, the last time where it was so again."""
    again = instance.card.get("submitted_at")
    return datetime.fromisoformat(again) if again else instance.started_at
