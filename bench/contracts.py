"""Contracts approved as one stored batch by two workers, asked for over HTTP."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from apps.catalog.demo import make_products
from apps.contracts import demo
from apps.core.access.rights import rights_of
from apps.people.models import User
from apps.sales.models import Customer
from bench.http import Browser, fill, sign_in, web, workers
from bench.report import Figure, say
from bench.setting import People
from engine import batches
from engine.models import Batch, BatchPhase, HumanTask

CONTRACTS = int(os.environ.get("BENCH_CONTRACTS", "1000"))
GOODS = "便携超声下乡"


def measure_contract_batch(people: People) -> Iterator[Figure]:
    """From asking for the batch to the page that shows how far it is, rehearsal and confirmation
    each; from the confirmation until two workers have decided everything, while the page asks for
    its progress as a browser does."""
    fill()
    waiting = submit_contracts(people.starter, CONTRACTS)
    boxes = [("task", f"{task}:{version}") for task, version in waiting.items()]
    cookie = sign_in(User.objects.get(pk=people.manager))
    with workers(), web() as port:
        browser = Browser(port, cookie)
        for _round in ("fills what the processes keep", "is measured"):
            rehearsal = browser.post(reverse("desk:rehearse"), [("decision", "approve"), *boxes])
            batch = Batch.objects.latest("pk")
            rehearsed, _shown = watch(browser, batch, BatchPhase.REHEARSED)
        say(f"answered after {rehearsal * 1000:.0f} ms")
        say(f"rehearsed after {rehearsal + rehearsed:.2f} s")
        confirmation = browser.post(reverse("desk:confirm", args=[batch.pk]), [("opinion", "")])
        done, shown = watch(browser, batch, BatchPhase.DONE)
        say(f"answered after {confirmation * 1000:.0f} ms, progress shown: {shown}")
    if batches.progress(batch.pk).done != len(waiting):
        raise RuntimeError(f"not all were approved: {batches.progress(batch.pk)}")
    goal = 5000 * len(waiting) / 1000
    answered = max(rehearsal, confirmation) * 1000
    yield Figure("batch_contracts_answered", answered, "ms", None, 200)
    yield Figure("batch_contracts_done", (confirmation + done) * 1000, "ms", None, goal)
    yield Figure("batch_contracts_shown", len(set(shown)), "steps")


def submit_contracts(owner: int, number: int) -> dict[int, int | None]:
    """Contracts of one seller that wait for his head: task → version."""
    say(f"submitting {number:,} contracts")
    before = set(HumanTask.objects.values_list("pk", flat=True))
    now = timezone.now()
    plan = demo.Plan(GOODS, demo.SETS[GOODS], timedelta(hours=1))
    customer = Customer.objects.filter(owner=owner)[0]
    products, rights = make_products(), rights_of(owner)
    for index in range(number):
        with transaction.atomic():
            demo._make(plan, index, customer, products, rights, now)
    made = HumanTask.objects.exclude(pk__in=before)
    return dict(made.values_list("pk", "instance__version"))


def watch(browser: Browser, batch: Batch, phase: BatchPhase) -> tuple[float, list[int]]:
    """Seconds until the batch is there, and how much the page said was left each time it asked.
    Raises TimeoutError where the workers don't get there."""
    began = time.perf_counter()
    asked, shown = began, []
    while Batch.objects.get(pk=batch.pk).phase != phase:
        now = time.perf_counter()
        if now - began > 600:
            raise TimeoutError(f"batch {batch.pk}: {batches.progress(batch.pk)}")
        if now - asked >= 0.5:  # as often as the page does
            browser.get(reverse("desk:batch", args=[batch.pk]), polled=True)
            shown.append(browser.percent())
            asked = now
        time.sleep(0.02)
    return time.perf_counter() - began, shown
