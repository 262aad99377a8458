"""Activities: service tasks, decision tables, subprocesses, called processes, and the parallel
multi-instance."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, cast

from django.utils.translation import gettext as _
from SpiffWorkflow.spiff.specs.defaults import BusinessRuleTask as StockBusinessRuleTask
from SpiffWorkflow.spiff.specs.defaults import CallActivity as StockCallActivity
from SpiffWorkflow.spiff.specs.defaults import (
    ParallelMultiInstanceTask as StockParallelMultiInstanceTask,
)
from SpiffWorkflow.spiff.specs.defaults import ServiceTask as StockServiceTask
from SpiffWorkflow.spiff.specs.defaults import SubWorkflowTask as StockSubWorkflowTask

from engine.exceptions import BusinessError, InvalidData, LimitExceeded
from engine.spiff.errors import error_boundary, leave_through
from engine.spiff.expressions import is_expression
from engine.spiff.pruning import changes
from engine.spiff.specs import ElementSpec
from engine.spiff.tree import CANCELLED, COMPLETED, READY, STARTED, UNFINISHED, EngineTask, Scope

MAX_CHILDREN: Final = 1000
"""Most children of one multi-instance."""


class ServiceTask(ElementSpec, StockServiceTask):
    forgettable = True
    operation_name: str
    operation_params: Mapping[str, Mapping[str, Any]]
    result_variable: str

    def _run_hook(self, my_task: EngineTask) -> bool | None:
        run = my_task.workflow.top_workflow.run
        parameters = {
            name: run.evaluate(my_task, parameter["value"])
            for name, parameter in self.operation_params.items()
        }
        try:
            result = run.call(my_task, self.operation_name, parameters)
        except BusinessError as error:
            boundary = error_boundary(my_task, error.code)
            if boundary is None:
                raise
            leave_through(boundary, error.code, str(error))
            return None
        run.set_variable(my_task, self.result_variable, result)
        return True


# --- decisions ------------------------------------------------------------------------------------
_INPUT: Final = "dmninputexpr"
"""Name of the input's value in the test of a cell."""
_QUESTION_MARK: Final = re.compile(r"""(\?)(?=(?:[^'"]|['"][^'"]*['"])*$)""")  # outside of quotes


class BusinessRuleTask(ElementSpec, StockBusinessRuleTask):
    """A decision table, whose result replaces the one variable named by the property
    ``resultVariable``.

    COLLECT gives the list of all rows that match, UNIQUE the one row. The library lays columns over
    the data, where those of an earlier round stay, and takes the first row that matches for the
    unique one.
    """

    dmnEngine: Any  # noqa: N815, the library's name

    def link(self, index: int, process_key: str) -> None:
        super().link(index, process_key)
        table = self.dmnEngine.decision_table
        self.table_id = table.id
        self.collects = table.hit_policy == "COLLECT"
        self.inputs_of_table = [column.expression or column.label for column in table.inputs]
        self.rules = [
            (
                [
                    (table.inputs.index(e.input), _cell_test(e.lhs[0]))
                    for e in rule.inputEntries
                    if _tests(e)
                ],
                [(e.output.name or e.output.label, e.text) for e in rule.outputEntries],
            )
            for rule in table.rules
        ]

    def _run_hook(self, my_task: EngineTask) -> bool:
        run = my_task.workflow.top_workflow.run
        values: dict[int, Any] = {}
        rows = []
        for tests, outputs in self.rules:
            if all(self._matches(my_task, values, column, test) for column, test in tests):
                row = {name: run.evaluate(my_task, text) if text else "" for name, text in outputs}
                rows.append(row)
        if not self.collects and len(rows) != 1:
            message = _("%(count)s rules of the decision table “%(table)s” match; one must.")
            raise InvalidData(
                message % {"count": len(rows), "table": self.table_id},
                errors={},
                process=self.process_key,
                element=self.bpmn_id,
                table=self.table_id,
            )
        result = rows if self.collects else rows[0]
        run.set_variable(my_task, self.properties["resultVariable"], result)
        return True

    def _matches(self, task: EngineTask, values: dict[int, Any], column: int, test: str) -> bool:
        run = task.workflow.top_workflow.run
        if column not in values:
            values[column] = run.evaluate(task, self.inputs_of_table[column])
        return bool(run.evaluate(task, test, {_INPUT: values[column]}))


def _tests(entry: Any) -> bool:
    return bool(entry.lhs) and entry.lhs[0] is not None and entry.lhs[0].strip() not in ("", "-")


def _cell_test(text: str) -> str:
    """The cell of an input column as a test of the input's value: ``> 5``, ``"a"``, ``? in [1,
    2]``."""
    text = text.strip()
    marked = _QUESTION_MARK.sub(_INPUT, text)
    if _INPUT in marked:
        return marked
    return f"{_INPUT} == ({text})" if is_expression(text) else f"{_INPUT} {text}"


# --- scopes ---------------------------------------------------------------------------------------
class ScopeSpec(ElementSpec):
    """Activities with a scope of their own below them."""

    owns_scope = True
    spec: str
    """Name of the spec of that scope."""

    def _update_hook(self, my_task: EngineTask) -> bool:
        my_task._inherit_data()
        scope = my_task.workflow.top_workflow.create_scope(my_task, self.spec)
        root = scope.plant()
        root.data = self._data_in(my_task, scope)
        my_task._set_state(STARTED)
        return False

    def _data_in(self, task: EngineTask, scope: Scope) -> dict[str, Any]:
        return task.data.copy()

    def _on_subworkflow_completed(self, scope: Scope, my_task: EngineTask) -> None:
        if my_task._state & UNFINISHED:
            self._take_back(my_task, scope)
            my_task._set_state(READY)

    def _take_back(self, task: EngineTask, scope: Scope) -> None:
        data = cast(EngineTask, scope.last_task).data
        run = scope.top_workflow.run
        for name, value in changes(task.data, data).items():
            run.pass_on(task, name, value)

    def _on_cancel(self, my_task: EngineTask) -> None:
        scope = my_task.workflow.top_workflow.subprocesses.get(my_task.id)
        if scope is not None and not scope.completed:
            scope.cancel()


class SubWorkflowTask(ScopeSpec, StockSubWorkflowTask):
    """An embedded subprocess: everything goes in, everything comes back."""


class CallActivity(ScopeSpec, StockCallActivity):
    """A called process: what its ioSpecification names goes in and comes back, and nothing else."""

    def _data_in(self, task: EngineTask, scope: Scope) -> dict[str, Any]:
        crossing = scope.spec.io_specification
        if crossing is None:
            return super()._data_in(task, scope)
        return {item.bpmn_id: self._value(task.data, item.bpmn_id) for item in crossing.data_inputs}

    def _take_back(self, task: EngineTask, scope: Scope) -> None:
        crossing = scope.spec.io_specification
        if crossing is None:
            super()._take_back(task, scope)
            return
        data = cast(EngineTask, scope.last_task).data
        run = scope.top_workflow.run
        for item in crossing.data_outputs:
            run.pass_on(task, item.bpmn_id, self._value(data, item.bpmn_id))

    def _value(self, data: Mapping[str, Any], name: str) -> Any:
        try:
            return data[name]
        except KeyError:
            message = _("The variable “%(name)s” of the called process “%(key)s” is missing.")
            raise InvalidData(
                message % {"name": name, "key": self.spec},
                errors={name: [_("It is missing.")]},
                process=self.process_key,
                element=self.bpmn_id,
            ) from None


# --- multi-instance -------------------------------------------------------------------------------
class ParallelMultiInstanceTask(ElementSpec, StockParallelMultiInstanceTask):
    """One child per item of a list. A child sees its item; what it leaves in the output item is
    appended to the output list, and without one it brings the variables that it changed. Children
    are merged by replacing the list, never in place: values are shared."""

    child_spec: ElementSpec

    def link(self, index: int, process_key: str) -> None:
        super().link(index, process_key)
        self.child_spec = self._wf_spec.task_specs[self.task_spec]
        self.child_spec.loop = self

    def _update_hook(self, my_task: EngineTask) -> bool:
        my_task._inherit_data()
        self._check_names(my_task)
        items = self._items(my_task)
        if self.data_output is not None:
            my_task.data[self.data_output.bpmn_id] = []
        if not items:
            my_task.workflow.tally = None  # nobody was asked: an earlier result doesn't count
            return True
        my_task._set_state(STARTED)
        for number, item in enumerate(items):
            self.create_child(my_task, item, number)
        return False

    def _check_names(self, task: EngineTask) -> None:
        for item in (self.input_item, self.output_item):
            if item is not None and item.bpmn_id in task.data:
                raise self._wrong(_("The item “%(name)s” exists already."), item.bpmn_id)

    def _items(self, task: EngineTask) -> list[Any]:
        run = task.workflow.top_workflow.run
        if self.data_input is None:
            count = run.evaluate(task, self.cardinality)
            if isinstance(count, bool) or not isinstance(count, int) or count < 0:
                raise self._wrong(
                    _("The number of children of “%(name)s” is no number."), self.name
                )
            self._limit(count)
            return list(range(count))
        name = self.data_input.bpmn_id
        items = task.data.get(name)
        if not isinstance(items, list):
            raise self._wrong(_("“%(name)s” is no list."), name)
        self._limit(len(items))
        return items

    def _limit(self, count: int) -> None:
        if count > MAX_CHILDREN:
            message = _("A multi-instance may have %(limit)s children, not %(count)s.")
            raise LimitExceeded(
                message % {"limit": MAX_CHILDREN, "count": count},
                process=self.process_key,
                element=self.bpmn_id,
            )

    def _wrong(self, message: str, name: str) -> InvalidData:
        text = message % {"name": name}
        return InvalidData(
            text, errors={name: [text]}, process=self.process_key, element=self.bpmn_id
        )

    def create_child(self, my_task: EngineTask, item: Any, key_or_index: int) -> EngineTask:
        self._limit(len(my_task.down) + 1)
        child = my_task._add_child(self.child_spec)
        child.triggered = True
        child.internal_data["index"] = key_or_index
        if self.input_item is not None:
            child.data[self.input_item.bpmn_id] = item
        child.task_spec._update(child)
        return child

    def merge_child(self, workflow: Scope, child: EngineTask) -> None:
        task = cast(EngineTask, child.up)
        if self.data_output is not None and self.output_item is not None:
            name, item = self.data_output.bpmn_id, self.output_item.bpmn_id
            if item not in child.data:
                raise self._wrong(_("The output item “%(name)s” is missing."), item)
            workflow.top_workflow.run.pass_on(
                task, name, [*task.data.get(name, []), child.data[item]]
            )
        else:
            brought = changes(cast(EngineTask, task.up).data, child.data)
            if self.input_item is not None:
                brought.pop(self.input_item.bpmn_id, None)
            task.data.update(brought)
        if self._is_complete(task, child):
            for other in self.children_of(task):
                other.cancel()
            task._set_state(READY)

    def _is_complete(self, task: EngineTask, child: EngineTask) -> bool:
        run = task.workflow.top_workflow.run
        if self.condition is not None and run.evaluate(child, self.condition):
            return True
        return all(other._state & (COMPLETED | CANCELLED) for other in self.children_of(task))

    def children_of(self, task: EngineTask) -> list[EngineTask]:
        return [child for child in task.down if child.triggered]
