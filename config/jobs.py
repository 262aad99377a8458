"""The Celery door by which beat reaches every account set."""

from __future__ import annotations

from celery import current_app, shared_task

from apps.accountsets.models import AccountSet
from apps.accountsets.routing import in_account_set


@shared_task(name="config.in_every_account_set")
def in_every_account_set(task: str, seconds: float) -> None:
    """Send a task into each account set that is open; it is dropped if not taken in that time."""
    for account_set in AccountSet.objects.open():
        with in_account_set(account_set.schema_name):
            current_app.tasks[task].apply_async(expires=seconds, retry=False)
