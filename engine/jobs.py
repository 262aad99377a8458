"""The Celery doors of the engine: they fetch and call, nothing else.

Truth is in the rows; a message only says "look now". One that is lost is made up for by the
sweeper.
"""

from __future__ import annotations

from celery import shared_task

from engine import batches, housekeeping, outbox, worker

WORK_SECONDS = 110
"""An operation that hangs is interrupted after that, before its lease ends, and has failed: one
retry less, at last an incident. What only waits for work leaves earlier (`worker.ROUND`)."""


@shared_task(name="engine.work", soft_time_limit=WORK_SECONDS)
def work() -> None:
    """Do all that is due in this account set."""
    worker.run_due_jobs()
    outbox.drain()


@shared_task(name="engine.batches")
def work_off_batches() -> None:
    """Work off the batches of this account set."""
    batches.run_pending()


@shared_task(name="engine.housekeeping")
def keep_house() -> None:
    """Fold counts and sign the trail of this account set."""
    housekeeping.run()
