"""Stock SpiffWorkflow without some of its faults, so that more can be compared with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

import pytest
import SpiffWorkflow.bpmn.specs.event_definitions.timer as timer_module
from SpiffWorkflow.util.deep_merge import DeepMerge

from tests.engine.spiff.stock import Clock, Stock


class MendedStock(Stock):
    """Stock, in which

    - a cycle of working time goes on in working time (`test_cycles_repeat_in_calendar_time`);
    - a multi-instance that is interrupted takes the scopes of its children along
      (`test_an_interrupted_multi_instance_leaves_its_scopes`).
    """

    def mend(self, task: Any = None) -> None:
        self._count_in_working_time()
        self._drop_orphans()

    def _count_in_working_time(self) -> None:
        for task in self.workflow.event_manager.tasks.values():
            value = task.internal_data.get("event_value")
            if not isinstance(value, dict):
                continue
            if "every_working" in task.task_spec.event_definition.expression:
                rounds = value.setdefault("rounds", value["cycles"])
                if value["cycles"] != rounds:
                    value["rounds"] = value["cycles"]
                    length = f"PT{value['duration']:.0f}S"
                    value["next"] = self.world.working(length).isoformat()

    def _drop_orphans(self) -> None:
        alive = {task.id for task in self.workflow.tasks.values()}
        scopes = self.workflow.subprocesses
        for owner, scope in list(scopes.items()):  # outer before inner
            if owner in alive:
                alive |= scope.tasks.keys()
                continue
            for orphan in scope.tasks.values():
                self.workflow.event_manager.remove_task(orphan)
            del scopes[owner]


@contextmanager
def mended() -> Iterator[None]:
    """While the library reads the clock of the test, and lays lists over lists instead of mixing
    them (`test_a_join_takes_stale_values_and_mixes_lists`,
    `test_collect_mixes_the_columns_of_two_rounds`)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timer_module, "datetime", Clock)
        patch.setattr(DeepMerge, "merge", _laid_over)
        yield


def _laid_over(below: dict[str, Any], above: dict[str, Any], path: Any = None) -> dict[str, Any]:
    for name, value in above.items():
        if isinstance(value, dict) and isinstance(below.get(name), dict):
            _laid_over(below[name], value)
        else:
            below[name] = copy(value)
    return below
