"""Celery doors of the attachments."""

from __future__ import annotations

from celery import shared_task

from apps.core.attachments import staging, sweeping


@shared_task(name="attachments.sweep")
def sweep() -> None:
    """Let files and rows of this account set agree; forget those of forms that weren't saved."""
    staging.forget_staged()
    sweeping.sweep()
