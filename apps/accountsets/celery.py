"""Jobs run in the account set they were sent from.

The set travels in a header of the message. A message without one is refused; beat sends ``public``.
"""

from __future__ import annotations

from typing import Any

from celery import Task
from celery.signals import task_postrun, task_prerun
from django.db import connection

from apps.accountsets.routing import PUBLIC

HEADER = "account_set"


class WrongAccountSetError(RuntimeError):
    """A job has no account set, or was to run in another one than it was sent from."""


class AccountSetTask(Task):
    """The class of all tasks: sends the current set along, and refuses to run anywhere else."""

    abstract = True

    def apply_async(
        self, args: Any = None, kwargs: Any = None, headers: Any = None, **options: Any
    ) -> Any:
        return super().apply_async(args, kwargs, headers=_with_set(headers), **options)

    def apply(
        self, args: Any = None, kwargs: Any = None, headers: Any = None, **options: Any
    ) -> Any:
        return super().apply(args, kwargs, headers=_with_set(headers), **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # Checked here, because Celery swallows what a signal's receiver raises.
        if self.request.id is not None and connection.schema_name != account_set_of(self.request):
            raise WrongAccountSetError(f"{self.name} is not in the account set it was sent from")
        return super().__call__(*args, **kwargs)


def account_set_of(request: Any) -> str:
    """Schema name that a message carries. Raises `WrongAccountSetError` if it carries none."""
    name = (request.headers or {}).get(HEADER) or request.get(HEADER)
    if not name:
        raise WrongAccountSetError("a message without an account set")
    return str(name)


def _with_set(headers: dict[str, Any] | None) -> dict[str, Any]:
    return {HEADER: str(connection.schema_name), **(headers or {})}


# By signals and not in __call__: Celery sends the next task of a chain between the two.
@task_prerun.connect
def enter(task: Task, **signal: Any) -> None:
    """Go into the account set of the message."""
    task.request.schema_before = connection.schema_name
    connection.set_schema(account_set_of(task.request))


@task_postrun.connect
def leave(task: Task, **signal: Any) -> None:
    """Go back to where the thread was: ``public`` in a worker, the caller's set when eager."""
    connection.set_schema(getattr(task.request, "schema_before", PUBLIC))
