"""A request without a client: for what is kept from its beginning to its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.signals import request_finished, request_started
from django.db import close_old_connections


@contextmanager
def request_under_way(address: str = "127.0.0.1") -> Iterator[None]:
    """Send the signals of a request, but keep the test's connection, as Django's client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        request_started.send(sender=None, environ={"REMOTE_ADDR": address})
        yield
        request_finished.send(sender=None)
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
