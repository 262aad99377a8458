"""Celery doors of the imports."""

from __future__ import annotations

from celery import shared_task

from apps.core.transfer import services


@shared_task(name="transfer.work")
def work() -> None:
    """Go on with the imports of this account set."""
    services.run_waiting()
