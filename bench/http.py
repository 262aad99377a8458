"""The product over HTTP as `make run` serves it: the web server with two processes, the worker with
two, somebody's session, and requests at a steady rate."""

from __future__ import annotations

import http.client
import queue
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client

from apps.accountsets.models import AccountSet
from apps.contracts import demo
from apps.core.requests.demo import make_requests
from apps.people.models import User
from bench.report import say
from bench.setting import SCHEMA

THREADS: Final = 8
CSRF: Final = "b" * 32  # as cookie and header agree, any will do


def fill() -> None:
    """What the demo company has going on; once."""
    say("filling the demo company")
    demo.make_contracts()
    make_requests()


def sign_in(user: User, schema_name: str = SCHEMA) -> str:
    """The cookie of a session of that user."""
    client = Client()
    session = client.session
    session.enter(AccountSet.objects.get(schema_name=schema_name))
    session.save()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


class Browser:
    """One connection with somebody's session; `text` is what came last, redirects followed."""

    def __init__(self, port: int, cookie: str) -> None:
        self._link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={CSRF}"}
        self.text = ""

    def get(self, address: str, *, polled: bool = False) -> float:
        """Seconds to the answer. `polled`: as a page asks that has been left open."""
        began = time.perf_counter()
        self._ask("GET", address, {"X-Polled": "1", "HX-Request": "true"} if polled else {})
        return time.perf_counter() - began

    def post(self, address: str, fields: Sequence[tuple[str, str]]) -> float:
        """Seconds until the page is there to which a form led."""
        began = time.perf_counter()
        form = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": CSRF}
        self._ask("POST", address, form, urlencode(fields))
        return time.perf_counter() - began

    def percent(self) -> int:
        """How far the batch is by what came last."""
        found = re.search(r'<progress [^>]*value="(\d+)"', self.text)
        return int(found[1]) if found else 0

    def _ask(self, method: str, address: str, headers: dict[str, str], body: str = "") -> None:
        self._link.request(method, address, body or None, {**self._headers, **headers})
        answer = self._link.getresponse()
        self.text = answer.read().decode()
        if answer.status == 302:
            self._ask("GET", answer.headers["Location"], {})
        elif answer.status != 200:
            raise RuntimeError(f"{address}: refused with {answer.status}")


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
    """95th percentile in milliseconds; never more than the slowest, however few there are."""
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1] * 1000


@contextmanager
def web() -> Iterator[int]:
    """The web server with two processes; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    granian = ("granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port))
    size = ("--workers", "2", "--blocking-threads", "4", "--no-access-log")
    with program(*granian, *size, "bench.wsgi:application"):
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
