"""Task forms: what a person fills in when completing a human task.

A form is found by the property `formKey` of the user task and registered by an app's
`task_forms.py`. The engine asks only for the narrow protocol below, which every Django form
fulfils, so that HTML, REST and batch obey the same rules. One that names `editable` fields also
writes to the document of the case (`Editing`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVar, runtime_checkable

from django.utils.translation import gettext as _

from engine.exceptions import InvalidData, InvalidDefinition
from engine.registry import Registry


@dataclass(frozen=True, slots=True)
class FormTask:
    """What a form may know of the task it belongs to."""

    task: int
    instance: int
    business_key: str
    process: str
    element: str
    user: int
    decision: str
    variables: Mapping[str, Any]


class TaskForm(Protocol):
    """A bound form."""

    cleaned_data: dict[str, Any]

    def is_valid(self) -> bool: ...
    @property
    def errors(self) -> Mapping[str, Any]: ...


@runtime_checkable
class Editing(Protocol):
    """A bound form that edits the document of the case: its fields `editable`."""

    editable: ClassVar[Sequence[str]]

    def write(self, now: datetime) -> None:
        """Save what was typed, in the transaction of the decision, before what follows from it.
        Called once, of a valid form."""


class TaskFormClass(Protocol):
    def __call__(
        self,
        data: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
        *,
        task: FormTask,
    ) -> TaskForm: ...


registry: Registry[TaskFormClass] = Registry("task form")

Class = TypeVar("Class", bound=TaskFormClass)


def task_form(key: str) -> Callable[[Class], Class]:
    """Register a form class under the key that diagrams use."""

    def register(form: Class) -> Class:
        registry.add(key, form)
        return form

    return register


def form_class(key: str) -> TaskFormClass:
    """The form of that key; raises InvalidDefinition where no app brings it."""
    found = registry.get(key)
    if found is None:
        raise InvalidDefinition(
            _("There is no task form “%(key)s”; the app that brings it is not installed.")
            % {"key": key}
        )
    return found


def editing() -> frozenset[str]:
    """Keys of the forms that edit documents."""
    return frozenset(key for key in registry if getattr(registry[key], "editable", ()))


def filled(
    key: str, data: Mapping[str, Any], files: Mapping[str, Any] | None, task: FormTask
) -> TaskForm:
    """The valid form; raises InvalidData with the messages per field."""
    form = form_class(key)(data, files, task=task)
    if form.is_valid():
        return form
    errors = {
        field: [str(message) for message in messages] for field, messages in form.errors.items()
    }
    raise InvalidData(_("The form has errors."), errors=errors)
