"""Timers that are due all at once, and an instance that goes round and round."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from bench.report import Figure, median_of
from bench.setting import People
from engine import instances, tasks
from engine.models import Job

TIMERS = 10_000
ROUNDS = 2_000
WORKERS = 2


def measure_timers(people: People) -> Iterator[Figure]:
    """Seconds in which two workers fire ten thousand timers that have come due."""
    for number in range(TIMERS):
        instances.start(
            "timer_wait",
            business_key=f"bench.timer:{number}",
            starter=people.starter,
            variables={"user": people.manager},
        )
    Job.objects.update(due_at=timezone.now() - timedelta(hours=2))
    command = [sys.executable, "-m", "bench.fire"]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _worker in range(WORKERS)
    ]
    for worker in workers:
        if worker.stdout is not None:
            worker.stdout.readline()  # it is ready
    began = time.perf_counter()
    for worker in workers:
        worker.communicate("go\n")
    seconds = time.perf_counter() - began
    left = Job.objects.count()
    if left:
        raise RuntimeError(f"{left} timers were not fired")
    yield Figure("timers_10000", seconds, "s", None, 60)


def measure_loop(people: People) -> Iterator[Figure]:
    """A step after two thousand rounds of a loop, against the first hundred."""
    result = instances.start(
        "loop",
        business_key="bench.loop:1",
        starter=people.starter,
        variables={"user": people.manager},
    )
    times = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        result = tasks.complete(result.opened[0], user=people.manager, decision="again")
        times.append(time.perf_counter() - began)
    yield Figure("loop_2000", median_of(times[-100:]), "ms", median_of(times[:100]), 2, 1)
