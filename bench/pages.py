"""Pages over HTTP on the demo company's data: each at its own rate, beside a page that does nothing
but know who is asking."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from apps.core.access.rights import rights_of
from apps.core.kinds.registry import kinds
from apps.people.models import User
from bench.http import fill, fire, p95, sign_in, web
from bench.report import Figure, say
from bench.setting import People
from bench.site import BARE
from engine import inbox

OFTEN = 50  # requests a second
SELDOM = 10
SECONDS = 6


@dataclass(frozen=True, slots=True)
class Page:
    """One address, and what its 95th percentile may come to in milliseconds."""

    name: str
    address: str
    rate: int = SELDOM
    goal: float | None = 60


def measure_pages(people: People) -> Iterator[Figure]:
    """95th percentiles in milliseconds, from the moment at which a request was due: the inbox, the
    first page, and list and page of each kind of document."""
    fill()
    cookie = sign_in(User.objects.get(pk=people.manager))
    with web() as port:
        for page in (*_frequent(), *_others(people.manager)):
            fire(port, page.address, cookie, page.rate, 1)  # fills what the processes keep
            times = fire(port, page.address, cookie, page.rate, SECONDS)
            say(f"{page.name}: median {statistics.median(times) * 1000:.1f} ms")
            yield Figure(page.name, p95(times), "ms", None, page.goal)


def _frequent() -> Iterator[Page]:
    yield Page("bare_http_p95", f"/{BARE}", OFTEN, None)
    yield Page("inbox_http_p95", reverse("desk:approvals"), OFTEN, 15)


def _others(user: int) -> Iterator[Page]:
    """The first page, the inbox with a document; of each kind the list and one that the user
    sees."""
    yield Page("home_p95", reverse("desk:home"))
    yield Page("document_p95", reverse("desk:task", args=[inbox.page(user).tasks[0].pk]))
    rights = rights_of(user)
    for key in sorted(kinds):
        kind, name = kinds[key], key.partition(".")[2]
        yield Page(f"{name}_list_p95", reverse("kinds:list", args=[kind]))
        newest = kind.model.objects.visible_to(rights).order_by("-pk").first()
        if newest is not None:
            yield Page(f"{name}_p95", reverse("kinds:page", args=[kind, newest.pk]))
