"""REDIS_URL in the forms that its users ask for.

`redis://host:6379/0`, `rediss://…` or `unix:///path/to.sock?db=0`. The broker uses that database,
the cache the next one: emptying the cache must not empty the queue.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit


def _database(url: str) -> int:
    parts = urlsplit(url)
    number = parse_qs(parts.query).get("db", ["0"])[0] if parts.scheme == "unix" else parts.path[1:]
    return int(number or 0)


def broker_url(url: str) -> str:
    """The address as Celery reads it."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    return f"redis+socket://{parts.netloc}{parts.path}?virtual_host={_database(url)}"


def cache_url(url: str) -> str:
    """The address of the cache's database, as redis-py reads it."""
    parts, number = urlsplit(url), _database(url) + 1
    if parts.scheme == "unix":
        return f"unix://{parts.netloc}{parts.path}?db={number}"
    return parts._replace(path=f"/{number}").geturl()
