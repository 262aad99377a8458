"""Timers that a case waits for, as its page shows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from apps.core.inbox import looking
from apps.core.inbox.elements import element_label, find_element
from engine.models import Job, ProcessInstance


@dataclass(frozen=True, slots=True)
class Waiting:
    """A timer: what it is called, the step at whose edge it waits ('' where it is a step itself),
    and when it fires."""

    task_id: str
    label: str
    step: str
    due_at: datetime


def waiting_timers(case: ProcessInstance) -> list[Waiting]:
    """The next one first; one that has failed for good is an incident."""
    return sorted(_waiting(case), key=lambda timer: timer.due_at)


def _waiting(case: ProcessInstance) -> Iterator[Waiting]:
    for job in looking.TIMERS(case.pk):
        if job.retries:
            yield Waiting(str(job.task_id), *_named(case, job), job.due_at)


def _named(case: ProcessInstance, job: Job) -> tuple[str, str]:
    found = find_element(case, job.process, job.element)
    step = found.attached_to if found else ""
    label = element_label(case, job.process, job.element) or job.element
    return label, element_label(case, job.process, step) if step else ""
