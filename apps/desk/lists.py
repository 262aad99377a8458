"""The lists of the approval center: their cards, and what stands beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, partial
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.addresses import address
from apps.core.documents import Card, card_of
from apps.core.inbox import elements, looking, rows, wording
from apps.core.kinds.search import readings
from apps.core.once import once
from apps.desk.filters import VIEWS, Wanted
from engine import copies, decisions, inbox, inbox_search
from engine.batches import LIMIT
from engine.models import Copy, HumanTask, InstanceState, ProcessInstance

PAGE: Final = 25
ZERO: Final = Decimal(0)
SUMMED: Final = 2000  # of a longer list the sum of the amounts isn't told


@dataclass(frozen=True, slots=True)
class Item:
    """One card of a list. `select` is what its box sends, '' where it can't be chosen."""

    id: int
    url: str
    title: str
    facts: str
    amount: Decimal | None
    card: Card
    due: wording.Due | None = None
    at: str = ""  # when it was decided, submitted, sent
    badge: str = ""
    colour: str = "blue"
    unread: bool | None = None  # None where nobody needs to read it
    select: str = ""


@dataclass(frozen=True)
class Listing:
    """A page of a list. Its cards are made when they are shown: whoever stands on them is asked for
    together with those on the rest of the page."""

    make: Callable[[], Sequence[Item]]
    next: str = ""
    previous: str = ""
    number: int | None = None
    amount: Decimal | None = None

    @cached_property
    def items(self) -> Sequence[Item]:
        return self.make()

    @property
    def together(self) -> int:
        """How many can be chosen at once beside this page, from the first one on; 0 where all are
        on it."""
        if not self.next and not self.previous:
            return 0
        return LIMIT if self.number is None else min(self.number, LIMIT)


@dataclass(frozen=True, slots=True)
class Queue:
    """A line at the left: a list, and how much is in it."""

    label: str
    href: str
    active: bool
    count: int | None = None


def listing(user: int, wanted: Wanted, counts: inbox.Counts) -> Listing:
    """The page of the list that is wanted. InvalidData for a cursor of another list."""
    return _LISTS[wanted.view](user, wanted, counts)


def _open(user: int, wanted: Wanted, counts: inbox.Counts) -> Listing:
    now = timezone.now()
    search = _search(user, wanted)
    page = inbox_search.page(user, search, cursor=wanted.cursor, limit=PAGE, hide_snoozed_at=now)
    once(("open tasks", user, wanted.query.urlencode()), lambda: page.ids)
    number, amount = None, None
    if not page.next and not page.previous:  # all of it is here
        number, amount = len(page.tasks), sum((t.amount or ZERO for t in page.tasks), ZERO)
    elif counts.total <= SUMMED:
        total = _total(user, wanted)
        number, amount = total.number, total.amount
    wording.expect_names(task.initiator for task in page.tasks)
    return Listing(partial(of_tasks, page.tasks), page.next, page.previous, number, amount)


def _ids(user: int, wanted: Wanted) -> inbox.Ids:
    """The page of open tasks that is wanted, for what is before and after; known where the list is
    shown as well."""

    def read() -> inbox.Ids:
        now = timezone.now()
        return inbox_search.ids(
            user, _search(user, wanted), cursor=wanted.cursor, limit=PAGE, hide_snoozed_at=now
        )

    return once(("open tasks", user, wanted.query.urlencode()), read)


def _total(user: int, wanted: Wanted) -> inbox_search.Sum:
    """Number and sum of the open tasks that are wanted."""
    search = _search(user, wanted)
    read = partial(inbox_search.total, user, search, hide_snoozed_at=timezone.now())
    return once(("open tasks together", user, wanted.query.urlencode()), read)


def _search(user: int, wanted: Wanted) -> inbox_search.Search:
    """What is wanted; letters may be pinyin or its initials."""
    typed = wanted.search.text.lower().replace(" ", "")
    if not (typed.isascii() and typed.isalpha()):
        return wanted.search

    def read() -> inbox_search.Search:
        titles = inbox_search.titles(user, replace(wanted.search, text=""))
        called = [title for title in titles if any(typed in said for said in readings(title))]
        return replace(wanted.search, called=called)

    return once(("search", user, wanted.query.urlencode()), read)


def whole(user: int, wanted: Wanted) -> list[int]:
    """The open tasks that are wanted, on whatever page; as many as a batch holds."""
    now = timezone.now()
    return list(
        inbox_search.ids(user, _search(user, wanted), limit=LIMIT, hide_snoozed_at=now).tasks
    )


def _done(user: int, wanted: Wanted, counts: inbox.Counts) -> Listing:
    past = wanted.past
    page = inbox.decided(
        user,
        text=wanted.search.text,
        process=past.process,
        decisions=past.decisions,
        since=past.since,
        before=past.before,
        cursor=wanted.cursor,
        limit=PAGE,
    )
    wording.expect_names(task.initiator for task in page.tasks)
    return Listing(partial(of_tasks, page.tasks, done=True), page.next)


def _started(user: int, wanted: Wanted, counts: inbox.Counts) -> Listing:
    past = wanted.past
    asked = {
        "definition__key": past.process or None,
        "started_at__gte": past.since,
        "started_at__lt": past.before,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    told = inbox.told_by(wanted.search.text)
    started = ProcessInstance.objects.filter(told, past.stands, starter=user, **given)
    started = started.select_related("definition")
    started = started.defer("runtime", "definition__compiled").order_by("-pk")
    if wanted.cursor.isdecimal():
        started = started.filter(pk__lt=int(wanted.cursor[:18]))
    found = list(started[: PAGE + 1])
    more = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    return Listing(partial(_of_instances, found[:PAGE]), more)


def _copies(user: int, wanted: Wanted, counts: inbox.Counts) -> Listing:
    offset = int(wanted.cursor[:6]) if wanted.cursor.isdecimal() else 0
    found = copies.copies_of(user, text=wanted.search.text, offset=offset, limit=PAGE)
    more = str(offset + PAGE) if len(found) > PAGE else ""
    wording.expect_names(copy.sent_by for copy in found)
    return Listing(partial(_of_copies, found[:PAGE]), more)


_LISTS: Final[dict[str, Callable[[int, Wanted, inbox.Counts], Listing]]] = {
    "todo": _open,
    "claim": _open,
    "done": _done,
    "started": _started,
    "copies": _copies,
}


def of_tasks(tasks: Iterable[HumanTask], *, done: bool = False) -> list[Item]:
    """Cards of tasks, open or decided."""
    found = list(tasks)
    names = wording.names_of(task.initiator for task in found)
    return [
        _item(
            task.instance,
            id=task.pk,
            url=address("desk:task", task.pk),
            title=task.party or task.subject or rows.subject_of(task.instance),
            facts=(task.subject if task.party else "", names.get(task.initiator or 0, "")),
            amount=task.amount,
            due=None if done else wording.due(task.due_at),
            at=wording.moment(task.ended_at),
            badge=_badge(task, done=done),
            colour="secondary" if done else "blue",
            select="" if done else f"{task.pk}:{task.version}",
        )
        for task in found
    ]


def _badge(task: HumanTask, *, done: bool) -> str:
    if done:
        return decisions.label(task.decision) or _("Done")
    alone = task.audience is not None and task.audience.size == 1  # nobody else could claim it
    return "" if task.assignee or alone else _("To be claimed")


def _of_instances(instances: Sequence[ProcessInstance]) -> list[Item]:
    waiting = looking.people_waited_for(instances)
    return [
        _item(
            instance,
            id=instance.pk,
            url=address("desk:case", instance.pk),
            title=str(instance.card.get("party") or rows.subject_of(instance)),
            facts=(
                rows.subject_of(instance) if instance.card.get("party") else "",
                _("Waits for %(names)s") % {"names": waiting[instance.pk]}
                if waiting.get(instance.pk)
                else "",
            ),
            amount=rows.amount_of(instance),
            at=wording.moment(rows.submitted_at(instance)),
            badge=rows.end_label(instance) or str(InstanceState(instance.state).label),
            colour=rows.STATE_COLOURS[InstanceState(instance.state)],
        )
        for instance in instances
    ]


def _of_copies(found: Sequence[Copy]) -> list[Item]:
    names = wording.names_of(copy.sent_by for copy in found)
    return [
        _item(
            copy.instance,
            id=copy.instance_id,
            url=address("desk:case", copy.instance_id),
            title=str(copy.instance.card.get("party") or rows.subject_of(copy.instance)),
            facts=(
                _("From %(name)s") % {"name": names.get(copy.sent_by or 0, _("System"))},
                copy.note,
            ),
            amount=rows.amount_of(copy.instance),
            at=wording.moment(copy.sent_at),
            unread=copy.read_at is None,
        )
        for copy in found
    ]


def _item(instance: ProcessInstance, *, facts: Sequence[str], **over: Any) -> Item:
    card = card_of(instance)
    kind = card.kind or elements.process_label(instance.definition)
    said = [kind, card.number, *facts]
    return Item(card=card, facts="　".join(fact for fact in said if fact), **over)


def queues(wanted: Wanted, counts: inbox.Counts) -> tuple[Queue, ...]:
    """The queues at the left: all, then each in which something can be. Those of the approval
    center always stand there, the others while they hold something."""
    place = address("desk:approvals")
    here = wanted.view == "todo"
    found = [Queue(str(VIEWS["todo"]), place, here and not wanted.queue, counts.total)]
    codes = [*wording.QUEUES, *(code for code in counts.queues if code not in wording.QUEUES)]
    for code in codes:
        number = counts.queues.get(code, 0)
        if number or code in wording.APPROVAL_QUEUES:
            active = here and wanted.queue == code
            label = wording.queue_label(code)
            found.append(Queue(label, f"{place}?queue={code}", active, number))
    return tuple(found)


def other_lists(wanted: Wanted, counts: inbox.Counts) -> tuple[Queue, ...]:
    """The lists beside the queues."""
    numbers = {"claim": counts.to_claim, "copies": counts.unread}
    place = address("desk:approvals")
    return tuple(
        Queue(str(label), f"{place}?view={view}", wanted.view == view, numbers.get(view))
        for view, label in VIEWS.items()
        if view != "todo"
    )


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The tasks before and after one in its list, and where it stands among how many; 0 where that
    isn't known."""

    previous: int | None = None
    next: int | None = None
    position: int = 0
    number: int = 0


def neighbours(
    user: int, wanted: Wanted, task: int, counts: Callable[[], inbox.Counts]
) -> Neighbours:
    """Where an open task stands in the list that is wanted."""
    if wanted.view not in ("todo", "claim"):
        return Neighbours()
    page = _ids(user, wanted)
    if task not in page.tasks:
        return Neighbours(next=page.tasks[0] if page.tasks else None)
    place = page.tasks.index(task)
    following = page.tasks[place + 1] if place + 1 < len(page.tasks) else page.following
    before = page.tasks[place - 1] if place else None
    if wanted.cursor:
        return Neighbours(before, following)
    number = len(page.tasks)
    if page.following:
        number = _total(user, wanted).number if counts().total <= SUMMED else 0
    return Neighbours(before, following, place + 1, number)
