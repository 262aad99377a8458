"""What the address of the approval center asks for: which list, filtered how, in which order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final, cast

from django.db.models import Q
from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.days import day_of
from apps.core.inbox import elements, wording
from apps.core.once import once
from apps.people.models import User
from engine import definitions
from engine.decisions import REMOVED, label, registry
from engine.inbox_search import SORTS, Search, Sort
from engine.models import InstanceState, ProcessDefinition

VIEWS: Final = {
    "todo": _("All to do"),
    "claim": _("To claim"),
    "started": _("Submitted by me"),
    "copies": _("Copies for me"),
    "done": _("Done by me"),
}
SORT_LABELS: Final = {"due": _("Due"), "amount": _("Amount"), "created": _("Newest")}
DUE: Final = {"": _("Any time"), "overdue": _("Overdue"), "today": _("Until tonight")}
STATES: Final[Mapping[str, tuple[Any, Q]]] = {
    "live": (_("Under way"), Q(state__lte=InstanceState.SUSPENDED)),
    "ended": (_("Ended in any way"), Q(state__gt=InstanceState.SUSPENDED)),
}
"""How what somebody has submitted stands: a name, and which cases. Beside these it has ended as an
end event of its diagram says."""
OPEN: Final = ("todo", "claim")
_PAST: Final = ("process", "since", "until")
_OWN: Final = dict.fromkeys(OPEN, ("least", "most", "initiator", "due", "risk")) | {
    "done": (*_PAST, "decision"),
    "started": (*_PAST, "state"),
}
NARROWING: Final = {view: ("q", *_OWN.get(view, ())) for view in VIEWS}
"""By what each list can be narrowed; what another one offers is applied nowhere unseen."""
FREQUENT: Final = ("approve", "reject", "return")  # decisions that are offered first
LONGEST: Final = 100
MOST_PEOPLE: Final = 50  # of one name

# “> 50万”, “金额>=5000”, “<1,000.50”: an amount in the search field.
AMOUNT: Final = re.compile(
    r"(?:金额|amount)?\s*([<>≤≥]=?)\s*([\d,]{1,15}(?:\.\d{1,2})?)\s*(万)?", re.I
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A list to pick from: the name of its parameter, what it says now, what it offers."""

    name: str
    label: str
    value: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Past:
    """Which of the cases that somebody has decided or submitted: of that process, decided or
    submitted from `since` on and `before`; of what was decided, how; of what was submitted, how it
    stands now."""

    process: str = ""
    since: datetime | None = None
    before: datetime | None = None
    decision: str = ""
    state: str = ""

    @property
    def decisions(self) -> list[str] | None:
        """All codes that are called like the decision; None where any will do."""
        if not self.decision:
            return None
        called = label(self.decision)
        return [self.decision, *(code for code in registry if label(code) == called)]

    @property
    def stands(self) -> Q:
        """Which cases stand like that; ends that are called alike are one."""
        if not self.state:
            return Q()
        if self.state in STATES:
            return STATES[self.state][1]
        ends = _ends(self.process)
        called = ends.get(self.state)
        return Q(end_event__in=[end for end, name in ends.items() if name == called])


@dataclass(frozen=True, slots=True)
class Wanted:
    """The list that an address asks for."""

    view: str
    queue: str
    search: Search
    cursor: str
    query: QueryDict  # the address' own words, without what isn't known
    past: Past

    @property
    def filtered(self) -> bool:
        """Whether something narrows the list beside its queue."""
        return any(self.query.get(name) for name in NARROWING[self.view])

    @property
    def bare(self) -> str:
        """The query of the same list with nothing that narrows it."""
        others = (*NARROWING[self.view], "sort", "cursor", "batch")
        return self.address(**dict.fromkeys(others))

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
    listed = ("queue", "sort", "batch") if view in OPEN else ()
    for name in (*NARROWING[view], *listed, "view", "cursor"):
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
    past = Past(
        process=query.get("process", ""),
        since=_midnight(query.get("since", "")),
        before=_midnight(query.get("until", ""), days=1),
        decision=query.get("decision", ""),
        state=query.get("state", ""),
    )
    return Wanted(view, queue, search, query.get("cursor", ""), query, past)


def choices(wanted: Wanted) -> tuple[Choice, ...]:
    """What narrows a list of the past; nothing for the others."""
    return tuple(
        Choice(name, str(called), wanted.query.get(name, ""), tuple(offer(wanted.past)))
        for name, (called, offer) in _OFFERS.items()
        if name in NARROWING[wanted.view]
    )


def _used() -> list[ProcessDefinition]:
    return once("used definitions", lambda: list(definitions.used_definitions()))


def _processes(past: Past) -> Iterator[tuple[str, str]]:
    for one in _used():
        yield one.key, elements.process_label(one)


def _decisions(past: Past) -> Iterator[tuple[str, str]]:
    """One of each name."""
    codes: dict[str, str] = {}
    for code in (*FREQUENT, *registry):
        if code != REMOVED:
            codes.setdefault(label(code), code)
    return ((code, name) for name, code in codes.items())


def _ends(process: str) -> dict[str, str]:
    """End event → its name, of that process or of all."""
    return elements.end_labels(one for one in _used() if process in ("", one.key))


def _states(past: Past) -> Iterator[tuple[str, str]]:
    for code, (said, _rows) in STATES.items():
        yield code, str(said)
    ends = _ends(past.process)
    yield from ((end, name) for name, end in {name: end for end, name in ends.items()}.items())


_OFFERS: Final = {
    "process": (_("Process"), _processes),
    "decision": (_("Decision"), _decisions),
    "state": (_("State"), _states),
}


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


def _midnight(text: str, days: int = 0) -> datetime | None:
    """When that day begins, or so many days later."""
    day = day_of(text)
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time()))


def _due(code: str, now: datetime) -> datetime | None:
    if code == "overdue":
        return now
    if code == "today":
        tomorrow = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        return tomorrow + timedelta(days=1)
    return None
