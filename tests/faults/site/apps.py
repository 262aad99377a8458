"""Waiting takes seconds here: leases, back-off, and the schedule of beat."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig

SECOND = timedelta(seconds=1)


class SiteConfig(AppConfig):
    name = "tests.faults.site"

    def ready(self) -> None:
        from config.celery import app
        from engine import outbox, worker

        worker.LEASE = outbox.LEASE = 2 * SECOND
        worker.BACK_OFF = (SECOND,) * len(worker.BACK_OFF)
        outbox.BACK_OFF = (SECOND,)
        app.tasks["engine.work"].soft_time_limit = 10
        for name, entry in app.conf.beat_schedule.items():
            entry["schedule"] = 1 if name == "work" else 5  # a busy machine must keep up
