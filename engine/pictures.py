"""Looking at a running case without changing it: what it waits for, and its variables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

from django.utils import timezone

from engine import definitions
from engine.models import ProcessInstance, VariableValue
from engine.spiff import Picture, peek, resettable
from engine.spiff.types import CallSite, Standing, Timer, Variables
from engine.working_time import after_working

__all__ = ["Picture", "Standing", "picture", "steps_to_go_back_to", "task_variables", "variables"]


class Onlooker:
    """A host that tells the time and lets nothing happen."""

    def __init__(self, now: datetime | None = None) -> None:
        self._now = now or timezone.now()

    def now(self) -> datetime:
        return self._now

    def working(self, duration: str) -> datetime:
        return after_working(self._now, duration)

    def fires(self, timer: Timer) -> NoReturn:
        raise AssertionError(f"{timer.element} fires while looked on")

    def call(self, operation: str, parameters: Mapping[str, Any], site: CallSite) -> NoReturn:
        raise AssertionError(f"{operation} called while looking on")


def picture(definition: int, checksum: str, runtime: bytes) -> Picture:
    """What the instance in state `runtime` waits for."""
    return peek(definitions.compiled(definition, checksum), runtime, Onlooker())


def task_variables(definition: int, checksum: str, runtime: bytes, task_id: str) -> Variables:
    """What an open human task sees."""
    tasks = picture(definition, checksum, runtime).tasks
    return next((task.variables for task in tasks if task.task_id == task_id), {})


def variables(instance: ProcessInstance) -> Variables:
    """Variables of the top process: of a running case as they are, of an ended one as they were."""
    if instance.runtime is not None:
        checksum = instance.definition.checksum
        return picture(instance.definition_id, checksum, bytes(instance.runtime)).variables
    values = VariableValue.objects.filter(instance=instance, scope=None).order_by("id")
    return dict(values.values_list("name", "value"))


def steps_to_go_back_to(instance: ProcessInstance, sender: str) -> frozenset[str]:
    """`task_id` of the completed human tasks to which `approvers.send_back` can lead from the open
    one `sender`."""
    if instance.runtime is None:
        return frozenset()
    process = definitions.compiled(instance.definition_id, instance.definition.checksum)
    return frozenset(resettable(process, bytes(instance.runtime), Onlooker(), sender))
