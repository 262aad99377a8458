"""Start-up of the project as a whole."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import structlog
from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Brings the Celery app into every process, and the account set into every log line."""

    name = "config"

    def ready(self) -> None:
        from django_structlog.celery.signals import bind_extra_task_metadata
        from django_structlog.signals import bind_extra_request_metadata

        from config import celery  # noqa: F401  (tasks must find it wherever they are sent from)

        bind_extra_request_metadata.connect(name_account_set)
        bind_extra_task_metadata.connect(name_account_set_of_job)


def name_account_set(request: Any, **signal: Any) -> None:
    """Write the request's account set into every line that it logs."""
    account_set = getattr(request, "account_set", None)
    if account_set is not None:
        structlog.contextvars.bind_contextvars(account_set=account_set.schema_name)


def name_account_set_of_job(task: Any, **signal: Any) -> None:
    """Write the account set of a job into every line that it logs. One without is refused later."""
    from apps.accountsets.celery import WrongAccountSetError, account_set_of

    with suppress(WrongAccountSetError):
        structlog.contextvars.bind_contextvars(account_set=account_set_of(task.request))
