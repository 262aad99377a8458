"""Who sees what: pages of open tasks by keyset, counts per queue, and what a user has decided.

An inbox is a projection written with the step, so it is never behind. A page reads the first rows
of each (audience, queue) pair in which the user has open tasks, merges them and stops: its cost
doesn't grow with the tables.
"""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache, reduce
from operator import or_
from typing import Any, Literal, cast

import orjson
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from engine.database import execute
from engine.exceptions import InvalidData
from engine.loading import Columns
from engine.models import Audience, HumanTask, ProcessDefinition, ProcessInstance

PAGE = 25
View = Literal["all", "mine", "pool"]

# Where the user has open tasks: audiences, and with `queues` the pairs of audience and queue; then
# the first rows of each, merged. Both ways read no more than a page of each from an index.
STATEMENT = """
WITH places AS MATERIALIZED (
    SELECT c.audience_id{queue}
    FROM engine_audiencemember m
        JOIN engine_audience a ON a.id = m.audience_id
        JOIN engine_inboxcount c ON c.audience_id = m.audience_id
    WHERE m."user" = %(user)s AND (%(queues)s::text[] IS NULL OR c.queue = ANY(%(queues)s::text[]))
        AND (%(view)s::text = 'all' OR (a.size = 1) = (%(view)s::text = 'mine'))
    GROUP BY c.audience_id{queue} HAVING sum(c.delta) > 0
)
SELECT t.id, t.rank_at FROM places p CROSS JOIN LATERAL (
    SELECT h.id, h.rank_at FROM engine_humantask h
    WHERE h.audience_id = p.audience_id{same_queue}
        AND (h.rank_at, h.id) {beyond} (%(rank)s::timestamptz, %(id)s::bigint)
        AND (%(now)s::timestamptz IS NULL OR h.follow_up_at IS NULL
            OR h.follow_up_at <= %(now)s::timestamptz)
    ORDER BY h.rank_at{way}, h.id{way} LIMIT %(limit)s
) t ORDER BY t.rank_at{way}, t.id{way} LIMIT %(limit)s
"""


def _statement(*, by_queue: bool, backwards: bool) -> str:
    return STATEMENT.format(
        queue=", c.queue" if by_queue else "",
        same_queue=" AND h.queue = p.queue" if by_queue else "",
        beyond="<" if backwards else ">",
        way=" DESC" if backwards else "",
    )


STATEMENTS = {
    (by_queue, backwards): _statement(by_queue=by_queue, backwards=backwards)
    for by_queue in (False, True)
    for backwards in (False, True)
}

# What cards show of tasks, their instances, definitions and audiences.
SHOWN = (
    Columns(HumanTask, "h"),
    Columns(ProcessInstance, "i", without=["runtime"]),
    Columns(ProcessDefinition, "d", without=["compiled"]),
    Columns(Audience, "a"),
)
WITH_TASKS = f"""
WITH found AS MATERIALIZED (
    SELECT row_number() OVER () AS place, f.* FROM ({{statement}}) f (id, key)
)
SELECT found.id, found.key, {", ".join(columns.sql for columns in SHOWN)}
FROM found
    JOIN engine_humantask h ON h.id = found.id
    JOIN engine_processinstance i ON i.id = h.instance_id
    JOIN engine_processdefinition d ON d.id = i.definition_id
    LEFT JOIN engine_audience a ON a.id = h.audience_id
ORDER BY found.place
"""  # noqa: S608 (constants)

# The tasks put off are counted place by place: each is a range of an index that holds nothing else.
COUNTS = """
SELECT queue, alone, sum(number)::bigint FROM (
    SELECT c.audience_id, c.queue, a.size = 1 AS alone, sum(c.delta) AS open
    FROM engine_audiencemember m
        JOIN engine_audience a ON a.id = m.audience_id
        JOIN engine_inboxcount c ON c.audience_id = m.audience_id
    WHERE m."user" = %(user)s GROUP BY 1, 2, 3 HAVING sum(c.delta) > 0
) place CROSS JOIN LATERAL (
    SELECT place.open - count(*) AS number FROM engine_humantask h
    WHERE h.audience_id = place.audience_id AND h.queue = place.queue
        AND h.follow_up_at > %(now)s::timestamptz
) shown GROUP BY 1, 2
UNION ALL SELECT NULL, NULL, count(*) FROM engine_copy WHERE "user" = %(user)s AND read_at IS NULL
"""

BIGGEST = 2**63 - 1  # id
FIRST = datetime.fromisoformat("0001-01-02T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Page:
    """Tasks of one page, by due date; cursors to the neighbours, '' where there is none. `ids`: the
    same as numbers, with the one that comes after it."""

    tasks: list[HumanTask]
    next: str
    previous: str
    ids: Ids | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Open tasks of a user: per queue, and how many of all lie in a pool for several (to claim).
    Beside them, how many cases the user was shown and has not looked at."""

    queues: dict[str, int]
    to_claim: int
    unread: int = 0

    @property
    def total(self) -> int:
        return sum(self.queues.values())


@dataclass(frozen=True, slots=True)
class Ids:
    """Tasks of one page by their ids, and the one that comes after it; cursors as in `Page`."""

    tasks: list[int]
    following: int | None
    next: str
    previous: str


def page(
    user: int,
    *,
    queues: Sequence[str] | None = None,
    view: View = "all",
    cursor: str = "",
    limit: int = PAGE,
    hide_snoozed_at: datetime | None = None,
) -> Page:
    """One page of the tasks that lie in a user's inbox, the most urgent first.

    `view` mine: only the user's own; pool: only those that others could take as well.
    `hide_snoozed_at` leaves out tasks whose follow-up date is later than that moment. `cursor`
    comes from another page; InvalidData for another text."""
    statement, parameters = page_statement(
        user,
        queues=queues,
        view=view,
        cursor=cursor,
        limit=limit,
        hide_snoozed_at=hide_snoozed_at,
    )
    backwards = decode(cursor)[0]
    return read(statement, parameters, limit=limit, backwards=backwards, came=bool(cursor))


def read_ids(
    statement: str,
    parameters: Mapping[str, object],
    *,
    limit: int,
    backwards: bool,
    came: bool,
) -> Ids:
    """A page as a statement finds it: id and key, one more than `limit` where there are more.
    `came`: from another page."""
    return _page_of(execute(statement, parameters), limit=limit, backwards=backwards, came=came)


def read(
    statement: str,
    parameters: Mapping[str, object],
    *,
    limit: int,
    backwards: bool,
    came: bool,
) -> Page:
    """As `read_ids`, with the tasks, their instances and definitions."""
    rows = execute(with_tasks(statement), parameters)
    tasks = {row[0]: _made(row[2:]) for row in rows}
    found = _page_of(rows, limit=limit, backwards=backwards, came=came)
    return Page([tasks[task] for task in found.tasks], found.next, found.previous, found)


@cache
def with_tasks(statement: str) -> str:
    """The statement of a page, with the tasks that it finds and what is shown of them."""
    return WITH_TASKS.format(statement=statement)


def _page_of(rows: Sequence[Sequence[object]], *, limit: int, backwards: bool, came: bool) -> Ids:
    more = len(rows) > limit
    shown = list(rows[:limit])
    following = rows[limit][0] if more and not backwards else None
    if backwards:
        shown.reverse()
    return Ids(
        [int(str(row[0])) for row in shown],
        int(str(following)) if following is not None else None,
        next=_encode(False, shown[-1]) if shown and (more or backwards) else "",
        previous=_encode(True, shown[0]) if shown and (more if backwards else came) else "",
    )


def _made(row: Sequence[Any]) -> HumanTask:
    """The task of a row of what `SHOWN` names, with what belongs to it."""
    found: list[Any] = []
    start = 0
    for columns in SHOWN:
        found.append(columns.made(row[start : start + columns.size]))
        start += columns.size
    task, task.instance, task.instance.definition, task.audience = found
    return cast(HumanTask, task)


def page_statement(
    user: int,
    *,
    queues: Sequence[str] | None = None,
    view: View = "all",
    cursor: str = "",
    limit: int = PAGE,
    hide_snoozed_at: datetime | None = None,
) -> tuple[str, dict[str, object]]:
    """The statement that finds the ids of a page and one more, and its parameters."""
    backwards, rank, identity = decode(cursor)
    return STATEMENTS[queues is not None, backwards], {
        "user": user,
        "queues": list(queues) if queues is not None else None,
        "view": view,
        "rank": rank,
        "id": identity,
        "limit": limit + 1,
        "now": hide_snoozed_at,
    }


def counts(user: int, *, hide_snoozed_at: datetime | None = None) -> Counts:
    """How much waits for a user; without the tasks that a page with that moment leaves out."""
    queues: Counter[str] = Counter()
    to_claim = unread = 0
    for queue, alone, number in execute(COUNTS, {"user": user, "now": hide_snoozed_at}):
        if queue is None:
            unread = int(number)
            continue
        queues[queue] += int(number)
        to_claim += 0 if alone else int(number)
    return Counts(dict(+queues), to_claim, unread)


def due_before(user: int, moment: datetime, *, at_most: int, hide_snoozed_at: datetime) -> int:
    """How many open tasks of a user are due before a moment, counted up to `at_most`: what comes
    first in an inbox is read, and no more of it than that."""
    rows = execute(*page_statement(user, limit=at_most, hide_snoozed_at=hide_snoozed_at))
    return sum(rank_at < moment for _task, rank_at in rows[:at_most])


def decided(
    user: int,
    *,
    text: str = "",
    process: str = "",
    decisions: Sequence[str] | None = None,
    since: datetime | None = None,
    before: datetime | None = None,
    cursor: str = "",
    limit: int = PAGE,
) -> Page:
    """One page of what a user has decided, the latest first; nothing leads back from it.

    `text` is in the subject, the party or the number; `process` the key of the case's process,
    `decisions` codes; decided from `since` on and `before`. It goes through what the user has
    decided in that time, and through nobody else's. `cursor` comes from the page before;
    InvalidData for another text."""
    asked = {
        "instance__definition__key": process or None,
        "decision__in": decisions,
        "ended_at__gte": since,
        "ended_at__lt": before,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    tasks = HumanTask.objects.filter(told_by(text, "instance__card__"), decided_by=user, **given)
    if cursor:
        _backwards, moment, identity = decode(cursor)
        later = Q(ended_at=moment, pk__gte=identity)  # many decided at once share their moment
        tasks = tasks.filter(ended_at__lte=moment).exclude(later)
    found = list(_shown(tasks).order_by("-ended_at", "-pk")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return Page(
        found[:limit], next=_encode(False, (last.pk, last.ended_at)) if last else "", previous=""
    )


def told_by(text: str, card: str = "card__") -> Q:
    """Cases whose card (`card`: the way to it) holds a text in subject, party or number."""
    if not text:
        return Q()
    fields = ("subject", "party", "number")
    return reduce(or_, (Q(**{f"{card}{name}__icontains": text}) for name in fields))


def _shown(tasks: QuerySet[HumanTask]) -> QuerySet[HumanTask]:
    """With their instances, definitions and audiences, but for the large columns."""
    related = tasks.select_related("instance", "instance__definition", "audience")
    return related.defer("instance__runtime", "instance__definition__compiled")


def _encode(backwards: bool, row: Sequence[object]) -> str:
    text = orjson.dumps([backwards, row[1], row[0]])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def decode(cursor: str, kind: str = "timestamptz") -> tuple[bool, Any, int]:
    """Direction, key and id of a cursor; the key is a moment, or a number. Raises InvalidData for
    another text."""
    if not cursor:
        return False, FIRST, 0
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        backwards, key, identity = orjson.loads(text)
        found = Decimal(key) if kind == "numeric" else datetime.fromisoformat(key)
        aware = not isinstance(found, datetime) or found.tzinfo is not None
        if not aware or not isinstance(identity, int) or abs(identity) > BIGGEST:
            raise ValueError(text)
    except (ArithmeticError, ValueError, TypeError, binascii.Error) as error:
        raise InvalidData(
            _("This page address is not valid."), errors={"cursor": [cursor]}
        ) from error
    return bool(backwards), found, identity
