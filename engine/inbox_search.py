"""Finding open tasks of a user by what they are about, and in another order than by due date.

It looks at all open tasks of that user, and at nobody else's: what it costs grows with the user's
own inbox. Without filters and by due date `engine.inbox.page` reads no more than a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal

from engine import inbox
from engine.database import execute

Sort = Literal["due", "amount", "created"]
SORTS: Final = ("due", "amount", "created")
KEYS: Final = {  # sort → expression, its type, whether the greatest comes first
    "due": ("h.rank_at", "timestamptz", False),
    "amount": ("COALESCE(h.amount, -1e15)", "numeric", True),
    "created": ("h.created_at", "timestamptz", True),
}
BEGINNING: Final = {"due": "-infinity", "amount": "Infinity", "created": "infinity"}

FOUND = """
WITH places AS MATERIALIZED (
    SELECT c.audience_id
    FROM engine_audiencemember m
        JOIN engine_audience a ON a.id = m.audience_id
        JOIN engine_inboxcount c ON c.audience_id = m.audience_id
    WHERE m."user" = %(user)s
        AND (%(view)s::text = 'all' OR (a.size = 1) = (%(view)s::text = 'mine'))
    GROUP BY 1 HAVING sum(c.delta) > 0
)
SELECT {shown}
FROM places p JOIN engine_humantask h ON h.audience_id = p.audience_id
WHERE (%(queues)s::text[] IS NULL OR h.queue = ANY(%(queues)s::text[]))
    AND (%(now)s::timestamptz IS NULL OR h.follow_up_at IS NULL
        OR h.follow_up_at <= %(now)s::timestamptz)
    AND (%(among)s::bigint[] IS NULL OR h.id = ANY(%(among)s::bigint[]))
    AND (%(text)s::text IS NULL OR h.subject ILIKE %(text)s OR h.party ILIKE %(text)s
        OR h.subject = ANY(%(called)s::text[]) OR h.party = ANY(%(called)s::text[])
        OR EXISTS (SELECT FROM engine_processinstance i
            WHERE i.id = h.instance_id AND i.card ->> 'number' ILIKE %(text)s))
    AND (%(least)s::numeric IS NULL OR h.amount >= %(least)s::numeric)
    AND (%(most)s::numeric IS NULL OR h.amount <= %(most)s::numeric)
    AND (%(initiators)s::bigint[] IS NULL OR h.initiator = ANY(%(initiators)s::bigint[]))
    AND (%(due)s::timestamptz IS NULL OR h.due_at < %(due)s::timestamptz)
    AND (%(risk)s::text IS NULL OR EXISTS (SELECT FROM engine_processinstance i
        WHERE i.id = h.instance_id AND jsonb_exists(i.card -> 'risks', %(risk)s::text)))
"""
PAGED = """
    AND ({key}, h.id) {beyond} (%(key)s::{type}, %(id)s::bigint)
ORDER BY {key}{way}, h.id{way} LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Search:
    """Which open tasks, in which order. `text` is in the subject, the party or the number, or the
    subject or party is one of `called`; `due_before` leaves out what is never due; `risk` is among
    the codes of the case's risks."""

    queues: Sequence[str] | None = None
    view: inbox.View = "all"
    text: str = ""
    called: Sequence[str] = ()
    least: Decimal | None = None
    most: Decimal | None = None
    initiators: Sequence[int] | None = None
    due_before: datetime | None = None
    risk: str | None = None
    among: Sequence[int] | None = None  # ids of tasks: no others
    sort: Sort = "due"

    @property
    def plain(self) -> bool:
        """Whether the quick way does."""
        amounts, people = (self.least, self.most), (self.initiators, self.among)
        filters = (*amounts, *people, self.due_before, self.risk)
        return self.sort == "due" and not self.text and all(one is None for one in filters)


@dataclass(frozen=True, slots=True)
class Sum:
    """How many tasks were found, and what they come to."""

    number: int
    amount: Decimal


def _statement(sort: str, backwards: bool) -> str:
    key, kind, greatest_first = KEYS[sort]
    descending = greatest_first != backwards
    return (FOUND + PAGED).format(
        shown=f"h.id, {key}::text",
        key=key,
        type=kind,
        beyond="<" if descending else ">",
        way=" DESC" if descending else "",
    )


STATEMENTS: Final = {
    (sort, backwards): _statement(sort, backwards) for sort in SORTS for backwards in (False, True)
}
TOTAL: Final = FOUND.format(shown="count(*), COALESCE(sum(h.amount), 0)")
INITIATORS: Final = FOUND.format(shown="DISTINCT h.initiator") + " LIMIT 200"
TITLES: Final = FOUND.format(shown="DISTINCT unnest(ARRAY[h.subject, h.party])") + " LIMIT 5000"


def ids(
    user: int,
    wanted: Search,
    *,
    cursor: str = "",
    limit: int = inbox.PAGE,
    hide_snoozed_at: datetime | None = None,
) -> inbox.Ids:
    """One page of the tasks found, as ids. InvalidData for a cursor of another kind."""
    statement, parameters, backwards = _asked(user, wanted, cursor, limit, hide_snoozed_at)
    return inbox.read_ids(
        statement, parameters, limit=limit, backwards=backwards, came=bool(cursor)
    )


def page(
    user: int,
    wanted: Search,
    *,
    cursor: str = "",
    limit: int = inbox.PAGE,
    hide_snoozed_at: datetime | None = None,
) -> inbox.Page:
    """One page of the tasks found. InvalidData for a cursor of another kind."""
    statement, parameters, backwards = _asked(user, wanted, cursor, limit, hide_snoozed_at)
    return inbox.read(statement, parameters, limit=limit, backwards=backwards, came=bool(cursor))


def _asked(
    user: int, wanted: Search, cursor: str, limit: int, now: datetime | None
) -> tuple[str, dict[str, object], bool]:
    """Statement, parameters and direction of a page."""
    kind = KEYS[wanted.sort][1]
    backwards, key, identity = inbox.decode(cursor, kind) if cursor else (False, None, 0)
    if wanted.plain:
        return (
            *inbox.page_statement(
                user,
                queues=wanted.queues,
                view=wanted.view,
                cursor=cursor,
                limit=limit,
                hide_snoozed_at=now,
            ),
            backwards,
        )
    parameters = {
        **_parameters(user, wanted, now),
        "key": BEGINNING[wanted.sort] if key is None else key,
        "id": identity,
        "limit": limit + 1,
    }
    return STATEMENTS[wanted.sort, backwards], parameters, backwards


def total(user: int, wanted: Search, *, hide_snoozed_at: datetime | None = None) -> Sum:
    """How many tasks the search finds, and the sum of their amounts."""
    ((number, amount),) = execute(TOTAL, _parameters(user, wanted, hide_snoozed_at))
    return Sum(int(number), Decimal(amount))


def initiators(user: int, wanted: Search) -> list[int]:
    """Who has started what the search finds; of very many only some."""
    found = execute(INITIATORS, _parameters(user, wanted, None))
    return [int(initiator) for (initiator,) in found if initiator is not None]


def titles(user: int, wanted: Search) -> list[str]:
    """Subjects and parties of what the search finds; of very many only some."""
    return [str(title) for (title,) in execute(TITLES, _parameters(user, wanted, None)) if title]


def _parameters(user: int, wanted: Search, now: datetime | None) -> dict[str, object]:
    return {
        "user": user,
        "queues": list(wanted.queues) if wanted.queues is not None else None,
        "view": wanted.view,
        "now": now,
        "text": f"%{_escaped(wanted.text)}%" if wanted.text else None,
        "called": list(wanted.called),
        "least": wanted.least,
        "most": wanted.most,
        "among": list(wanted.among) if wanted.among is not None else None,
        "initiators": list(wanted.initiators) if wanted.initiators is not None else None,
        "due": wanted.due_before,
        "risk": wanted.risk,
    }


def _escaped(text: str) -> str:
    """For LIKE; a NUL can't be in any text."""
    for special in ("\\", "%", "_"):
        text = text.replace(special, "\\" + special)
    return text.replace("\x00", "")
