"""Signs of life of the processes that answer no request: the worker and beat.

Each writes the time into the server's cache; nobody asks them. Reading costs one round trip.
"""

from __future__ import annotations

import contextlib
import time

from django.core.cache import caches
from redis.exceptions import RedisError

# Beat ticks every 15 s at the latest, a worker beats every 2 s.
STALE_SECONDS = {"worker": 15, "beat": 45}


def _key(name: str) -> str:
    return f"heartbeat:{name}"


def record(name: str, *, at: float | None = None) -> None:
    """Note that the process `name` lived at that time (seconds since the epoch; default: now).

    Where the cache can't be reached no sign is left: nobody dies of it."""
    with contextlib.suppress(RedisError):
        caches["server"].set(_key(name), time.time() if at is None else at, timeout=3600)


def ages() -> dict[str, float | None]:
    """Seconds since each process last gave a sign; None where there was none within the hour."""
    found = caches["server"].get_many([_key(name) for name in STALE_SECONDS])
    now = time.time()
    return {
        name: now - found[_key(name)] if _key(name) in found else None for name in STALE_SECONDS
    }
