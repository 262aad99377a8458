"""Celery doors of the attachments."""

from __future__ import annotations

from celery import shared_task

from apps.core.attachments import sweeping


@shared_task(name="attachments.sweep")
def sweep() -> None:
    """Let files and rows of this account set agree."""
    sweeping.sweep()
