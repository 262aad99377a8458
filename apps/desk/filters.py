"""What the address of the approval center asks for: which list, filtered how, in which order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final, cast

from django.db.models import Q
from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.inbox import wording
from apps.people.models import User
from engine.inbox_search import SORTS, Search, Sort

VIEWS: Final = {
    "todo": _("All to do"),
    "claim": _("To claim"),
    "started": _("Submitted by me"),
    "copies": _("Copies for me"),
    "done": _("Done by me"),
}
SORT_LABELS: Final = {"due": _("Due"), "amount": _("Amount"), "created": _("Newest")}
DUE: Final = {"": _("Any time"), "overdue": _("Overdue"), "today": _("Until tonight")}
NARROWING: Final = ("q", "least", "most", "initiator", "due", "risk")
KEPT: Final = (*NARROWING, "view", "queue", "sort", "cursor", "batch")
OPEN: Final = ("todo", "claim")
SEARCHED: Final = ("q", "view", "cursor")
"""What lists of what isn't open are asked for: they are searched by a text alone."""
LONGEST: Final = 100
MOST_PEOPLE: Final = 50  # of one name

# “> 50万”, “金额>=5000”, “<1,000.50”: an amount in the search field.
AMOUNT: Final = re.compile(
    r"(?:金额|amount)?\s*([<>≤≥]=?)\s*([\d,]{1,15}(?:\.\d{1,2})?)\s*(万)?", re.I
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The list that an address asks for."""

    view: str
    queue: str
    search: Search
    cursor: str
    query: QueryDict  # the address' own words, without what isn't known

    @property
    def filtered(self) -> bool:
        """Whether something narrows the list beside its queue."""
        return any(self.query.get(name) for name in NARROWING)

    def among(self, tasks: Sequence[int]) -> Wanted:
        """The same list, of these tasks only."""
        return replace(self, search=replace(self.search, among=tasks))

    @property
    def title(self) -> str:
        return wording.queue_label(self.queue) if self.queue else str(VIEWS[self.view])

    def address(self, **changes: Any) -> str:
        """The query of this list with other words; None takes one away."""
        query = self.query.copy()
        for name, value in changes.items():
            query.pop(name, None)
            if value not in (None, ""):
                query[name] = str(value)
        return query.urlencode()


def read(given: QueryDict, *, now: datetime | None = None) -> Wanted:
    """What an address asks for; what can't be understood is left out. Raises Http404 for a list
    that doesn't exist."""
    view = given.get("view") or "todo"
    if view not in VIEWS:
        raise Http404
    query = QueryDict(mutable=True)
    for name in KEPT if view in OPEN else SEARCHED:
        if value := given.get(name, "").replace("\x00", "")[:200].strip():
            query[name] = value
    queue = query.get("queue", "")
    queue = queue if queue.replace("_", "").isalnum() else ""
    text, least, most = query.get("q", "")[:LONGEST], None, None
    if view in OPEN:
        text, least, most = _amounts(text)
    sort = query.get("sort", "due")
    search = Search(
        queues=[queue] if queue else None,
        view="pool" if view == "claim" else "all",
        text=text,
        least=_amount(query.get("least", "")) or least,
        most=_amount(query.get("most", "")) or most,
        initiators=_people(query.get("initiator", "")),
        due_before=_due(query.get("due", ""), now or timezone.now()),
        risk=query.get("risk"),
        sort=cast(Sort, sort) if sort in SORTS else "due",
    )
    return Wanted(view, queue, search, query.get("cursor", ""), query)


def _amounts(text: str) -> tuple[str, Decimal | None, Decimal | None]:
    """Text, least and most of what was typed into the search field."""
    least = most = None
    for sign, number, unit in AMOUNT.findall(text):
        amount = (_amount(number) or Decimal(0)) * (10_000 if unit else 1)
        if sign[0] in ">≥":
            least = amount
        else:
            most = amount
    return AMOUNT.sub(" ", text).strip(" 、，,"), least, most


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < Decimal(10) ** 14 else None


def _people(text: str) -> list[int] | None:
    """Whoever is meant by a name, a part of one, or an id. None: everybody."""
    if not text:
        return None
    if text.isdecimal():
        return [int(text[:18])]
    named = Q(display_name__icontains=text) | Q(username=text.lower())
    return list(User.objects.filter(named).values_list("pk", flat=True)[:MOST_PEOPLE])


def _due(code: str, now: datetime) -> datetime | None:
    if code == "overdue":
        return now
    if code == "today":
        tomorrow = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        return tomorrow + timedelta(days=1)
    return None
