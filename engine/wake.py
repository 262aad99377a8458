"""Telling the workers that there is something to do."""

from __future__ import annotations

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

logger = structlog.get_logger(__name__)


def wake() -> None:
    """Tell a worker that this account set has work. Never fails: the sweeper finds what a lost
    message would wake."""
    try:
        current_app.tasks["engine.work"].apply_async(retry=False, expires=30, ignore_result=True)
    except (OperationalError, OSError) as error:
        logger.warning("wake_failed", error=str(error))
