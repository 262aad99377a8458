"""Pages over HTTP as `make run` serves them, and a thousand contracts approved as one stored batch
by two workers; on the demo company's data."""

from __future__ import annotations

import http.client
import os
import queue
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accountsets.models import AccountSet
from apps.catalog.demo import make_products
from apps.contracts import demo
from apps.contracts.models import SalesContract
from apps.core.access.rights import rights_of
from apps.core.kinds.registry import kind_of
from apps.core.requests.demo import make_requests
from apps.people.models import User
from apps.sales.models import Customer
from bench.report import Figure, say
from bench.setting import SCHEMA, People
from engine import batches
from engine.models import BatchPhase, HumanTask

PER_SECOND = 50
SECONDS = 10
THREADS = 8
CONTRACTS = int(os.environ.get("BENCH_CONTRACTS", "1000"))
GOODS = "便携超声下乡"


def measure_pages(people: People) -> Iterator[Figure]:
    """95th percentiles of the inbox, and of list and page of sales contracts, in milliseconds from
    the moment at which a request was due."""
    fill()
    cookie = sign_in(User.objects.get(pk=people.manager))
    contracts = kind_of(SalesContract)
    newest = SalesContract.objects.filter(owner=people.starter).order_by("-pk")[0]
    pages = (
        ("inbox_http_p95", reverse("desk:approvals"), PER_SECOND, 15),
        ("list_p95", reverse("kinds:list", args=[contracts]), 10, 60),
        ("detail_p95", reverse("kinds:page", args=[contracts, newest.pk]), 10, 60),
    )
    with web() as port:
        for name, address, rate, goal in pages:
            fire(port, address, cookie, rate, 2)  # fills what the processes keep
            times = fire(port, address, cookie, rate, SECONDS)
            say(f"{name}: median {statistics.median(times) * 1000:.1f} ms")
            yield Figure(name, p95(times), "ms", None, goal)


def measure_contract_batch(people: People) -> Iterator[Figure]:
    """From asking for the batch to the answer, rehearsal and confirmation each; from the
    confirmation until two workers have decided everything."""
    fill()
    waiting = submit_contracts(people.starter, CONTRACTS)
    with workers():
        began = time.perf_counter()
        batch = batches.rehearse(waiting, user=people.manager, decision="approve")
        rehearsal = time.perf_counter() - began
        wait_for_phase(batch.pk, BatchPhase.REHEARSED)
        say(f"rehearsed after {time.perf_counter() - began:.2f} s")
        began = time.perf_counter()
        batches.confirm(batch.pk, user=people.manager)
        answered = time.perf_counter() - began
        wait_for_phase(batch.pk, BatchPhase.DONE)
        done = time.perf_counter() - began
    if batches.progress(batch.pk).done != len(waiting):
        raise RuntimeError(f"not all were approved: {batches.progress(batch.pk)}")
    goal = 5000 * len(waiting) / 1000
    yield Figure("batch_contracts_answered", max(rehearsal, answered) * 1000, "ms", None, 200)
    yield Figure("batch_contracts_done", done * 1000, "ms", None, goal)


def fill() -> None:
    """What the demo company has going on; once."""
    say("filling the demo company")
    demo.make_contracts()
    make_requests()


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


def wait_for_phase(batch: int, phase: BatchPhase, seconds: float = 600) -> None:
    """Raises TimeoutError where the workers don't get there."""
    until = time.perf_counter() + seconds
    while batches.Batch.objects.get(pk=batch).phase != phase:
        if time.perf_counter() > until:
            raise TimeoutError(f"batch {batch}: {batches.progress(batch)}")
        time.sleep(0.01)


def sign_in(user: User) -> str:
    """The cookie of a session of that user."""
    client = Client()
    session = client.session
    session.enter(AccountSet.objects.get(schema_name=SCHEMA))
    session.save()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def fire(port: int, address: str, cookie: str, rate: int, seconds: int) -> list[float]:
    """Ask at a steady rate, whether the answers come or not; seconds of each from when it was
    due."""
    due: queue.SimpleQueue[float | None] = queue.SimpleQueue()
    times: list[float] = []
    refused: list[int] = []
    start = time.perf_counter() + 0.1
    for number in range(rate * seconds):
        due.put(start + number / rate)

    def ask() -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while (moment := due.get()) is not None:
            time.sleep(max(moment - time.perf_counter(), 0))
            link.request("GET", address, headers={"Cookie": cookie})
            answer = link.getresponse()
            answer.read()
            times.append(time.perf_counter() - moment)
            if answer.status != 200:
                refused.append(answer.status)

    in_threads(ask, lambda: due.put(None))
    if refused or len(times) != rate * seconds:
        raise RuntimeError(f"{address}: {len(times)} answers, refused with {refused[:3]}")
    return times


def in_threads(work: Callable[[], None], end: Callable[[], None]) -> None:
    """Run `work` in all threads until it has met the `end` of each."""
    threads = [threading.Thread(target=work) for _thread in range(THREADS)]
    for thread in threads:
        end()
        thread.start()
    for thread in threads:
        thread.join()


def p95(seconds: list[float]) -> float:
    """95th percentile in milliseconds."""
    return statistics.quantiles(seconds, n=20)[-1] * 1000


@contextmanager
def web() -> Iterator[int]:
    """The web server with two processes; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    granian = ("granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port))
    size = ("--workers", "2", "--blocking-threads", "4", "--no-access-log")
    with program(*granian, *size, "config.wsgi:application"):
        until = time.perf_counter() + 60
        while socket.socket().connect_ex(("127.0.0.1", port)) and time.perf_counter() < until:
            time.sleep(0.1)
        yield port


@contextmanager
def workers() -> Iterator[None]:
    """A Celery worker with two processes, as `make run` has it."""
    words = ("worker", "--concurrency", "2", "--without-gossip", "--without-mingle")
    with program("celery", "--quiet", "-A", "config", *words):
        yield


@contextmanager
def program(*words: str) -> Iterator[None]:
    child = subprocess.Popen([sys.executable, "-m", *words], stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        child.terminate()
        child.wait(30)
