"""The scheduler of `celery beat`: the schedule in code, and a sign of life."""

from __future__ import annotations

from typing import Any

from celery import beat
from django.conf import settings

from apps.core.health.heartbeats import record


class Scheduler(beat.Scheduler):
    """Keeps no file: what was missed while beat was down is found by the sweeper."""

    sends = True

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Runs at least once in CELERY_BEAT_MAX_LOOP_INTERVAL seconds. A sign of life is given only
        where what was due last could be sent."""
        pause = min(super().tick(*args, **kwargs), settings.CELERY_BEAT_MAX_LOOP_INTERVAL)
        if self.sends:
            record("beat")
        return float(pause)

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        self.sends = False
        result = super().apply_async(*args, **kwargs)
        self.sends = True
        return result
