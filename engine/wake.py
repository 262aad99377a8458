"""Telling the workers that there is something to do."""

from __future__ import annotations

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

logger = structlog.get_logger(__name__)


HANDS = 2  # workers that share what has much to do


def wake() -> None:
    """Tell a worker that this account set has work. Never fails: the sweeper finds what a lost
    message would wake."""
    _send("engine.work", 1)


def wake_batches() -> None:
    """Tell some workers that a batch is to be worked off. Never fails, like `wake`."""
    _send("engine.batches", HANDS)


def _send(task: str, times: int) -> None:
    try:
        for _time in range(times):
            current_app.tasks[task].apply_async(retry=False, expires=30, ignore_result=True)
    except (OperationalError, OSError) as error:
        logger.warning("wake_failed", error=str(error))
