"""Batches: one decision upon many tasks, rehearsed first, then taken; a result for each.

A batch and its rows are stored, so a worker that dies loses nothing: its chunk is rolled back as a
whole, and whoever looks next takes it. The lock of a row is its lease; two workers share a batch
by skipping what the other has locked. A small batch is worked off where it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson
import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from engine.completion import require_opinion_fits
from engine.database import execute, unavailable
from engine.exceptions import InvalidData, NotFound, WrongState
from engine.many import After, Outcome, complete_many, rehearse_many
from engine.models import Batch, BatchPhase, RowState
from engine.organisation import organisation
from engine.trail import plain
from engine.wake import wake_batches

logger = structlog.get_logger(__name__)

LIMIT: Final = 1000  # tasks of a batch
AT_ONCE: Final = 20  # so many are worked off in the request
CHUNK: Final = 100
PENDING: Final = (BatchPhase.REHEARSING, BatchPhase.RUNNING)

ADD = """
INSERT INTO engine_batchrow (batch_id, task_id, position, seen_version, state, alone, code, message)
SELECT %s::bigint, t.id, n.position, n.seen, 1, false, '', ''
FROM unnest(%s::bigint[], %s::int[]) WITH ORDINALITY AS n(task, seen, position)
    JOIN engine_humantask t ON t.id = n.task
"""
TAKE = """
SELECT r.id, r.task_id, r.seen_version
FROM engine_batchrow r JOIN engine_batch b ON b.id = r.batch_id AND b.phase = %s
WHERE r.batch_id = %s AND r.state = 1 AND r.alone = %s
ORDER BY r.position LIMIT %s FOR UPDATE OF r SKIP LOCKED
"""
WRITE = """
UPDATE engine_batchrow r
SET state = n.state, alone = n.alone, code = n.code, message = n.message, after = n.after
FROM jsonb_to_recordset(%s::jsonb)
    AS n(id bigint, state smallint, alone boolean, code text, message text, after jsonb)
WHERE r.id = n.id
"""
CLOSE = """
UPDATE engine_batch SET phase = phase + 1, ended_at = CASE WHEN phase = 3 THEN %s::timestamptz END
WHERE id = %s AND phase IN (1, 3)
    AND NOT EXISTS (SELECT FROM engine_batchrow WHERE batch_id = %s AND state = 1)
"""
COUNT = "SELECT state, count(*) FROM engine_batchrow WHERE batch_id = %s GROUP BY state"


class Taken(NamedTuple):
    """A row that is locked to be worked off now."""

    id: int
    task: int
    seen: int | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How many rows of a batch are in which state."""

    states: Mapping[int, int]

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def waiting(self) -> int:
        return self.states.get(RowState.WAITING, 0)

    @property
    def passes(self) -> int:
        return self.states.get(RowState.PASSES, 0)

    @property
    def needs_opinion(self) -> int:
        return self.states.get(RowState.NEEDS_OPINION, 0)

    @property
    def blocked(self) -> int:
        return self.states.get(RowState.BLOCKED, 0)

    @property
    def done(self) -> int:
        return self.states.get(RowState.DONE, 0)

    @property
    def failed(self) -> int:
        return self.states.get(RowState.FAILED, 0)


def rehearse(
    tasks: Mapping[int, int | None],
    *,
    user: int,
    decision: str,
    opinion: str = "",
    data: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> Batch:
    """Store a batch (task → the version its user saw) and find out what each task would come to.

    More than a few are found out by the workers: see `Batch.phase`. Tasks that don't exist are left
    out. Raises InvalidData for none or too many tasks, or an opinion that is too long."""
    what: dict[str, Any] = {"decision": decision, "opinion": opinion, "data": data}
    return _begin(BatchPhase.REHEARSING, tasks, user=user, now=now, **what)


def decide(
    tasks: Mapping[int, int | None],
    *,
    user: int,
    decision: str = "",
    opinion: str = "",
    data: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> Batch:
    """As `rehearse`, but decide at once what can be decided."""
    what: dict[str, Any] = {"decision": decision, "opinion": opinion, "data": data}
    return _begin(BatchPhase.RUNNING, tasks, user=user, now=now, **what)


def _begin(
    phase: BatchPhase,
    tasks: Mapping[int, int | None],
    *,
    user: int,
    decision: str,
    opinion: str,
    data: Mapping[str, Any] | None,
    now: datetime | None,
) -> Batch:
    if not 0 < len(tasks) <= LIMIT:
        message = _("Choose 1 to %(limit)s tasks.") % {"limit": LIMIT}
        raise InvalidData(message, errors={"tasks": [message]})
    require_opinion_fits(opinion)
    moment = now or timezone.now()
    with transaction.atomic():
        batch = Batch.objects.create(
            user=user,
            decision=decision,
            opinion=opinion,
            data=plain(dict(data or {})),
            phase=phase,
            created_at=moment,
            started_at=moment if phase == BatchPhase.RUNNING else None,
        )
        execute(ADD, [batch.pk, list(tasks), list(tasks.values())])
        _set_going(batch, len(tasks))
    return _run_here(batch, len(tasks), now)


def confirm(
    batch: int, *, user: int, opinion: str | None = None, now: datetime | None = None
) -> Batch:
    """Decide what has passed the rehearsal; `opinion` replaces the one given then.

    Raises NotFound for a batch of somebody else, WrongState where it is under way or done."""
    if opinion is not None:
        require_opinion_fits(opinion)
    with transaction.atomic():
        found = Batch.objects.select_for_update().filter(pk=batch, user=user).first()
        if found is None:
            raise NotFound(_("There is no batch %(id)s.") % {"id": batch})
        if found.phase != BatchPhase.REHEARSED:
            raise WrongState(_("This batch is under way or done already."))
        found.phase = BatchPhase.RUNNING
        found.started_at = now or timezone.now()
        found.opinion = found.opinion if opinion is None else opinion
        found.save(update_fields=["phase", "started_at", "opinion"])
        number = found.rows.filter(state=RowState.PASSES).update(
            state=RowState.WAITING, alone=False, after=None
        )
        _set_going(found, number)
    return _run_here(found, number, now)


def _set_going(batch: Batch, number: int) -> None:
    if number > AT_ONCE:
        transaction.on_commit(wake_batches)


def _run_here(batch: Batch, number: int, now: datetime | None) -> Batch:
    if number <= AT_ONCE:
        work_off(batch, now=now)
        batch.refresh_from_db()
    return batch


def find(batch: int, *, user: int) -> Batch:
    """A batch of the user's; raises NotFound."""
    found = Batch.objects.filter(pk=batch, user=user).first()
    if found is None:
        raise NotFound(_("There is no batch %(id)s.") % {"id": batch})
    return found


def progress(batch: int) -> Progress:
    """How far a batch has come."""
    return Progress({int(state): int(number) for state, number in execute(COUNT, [batch])})


def run_pending(*, now: datetime | None = None) -> int:
    """Work off all batches that are under way, the oldest first; how many there were."""
    pending = list(Batch.objects.filter(phase__in=PENDING).order_by("pk"))
    for batch in pending:
        work_off(batch, now=now)
    return len(pending)


def work_off(batch: Batch, *, now: datetime | None = None) -> None:
    """Work off what nobody else is working on. Each chunk commits together."""
    people = organisation()
    with override(people.languages([batch.user]).get(batch.user)):
        while _one_chunk(batch, alone=False, now=now) or _one_chunk(batch, alone=True, now=now):
            pass
    execute(CLOSE, [now or timezone.now(), batch.pk, batch.pk])


def _one_chunk(batch: Batch, *, alone: bool, now: datetime | None) -> bool:
    """Take a chunk, or one row that has to be tried by itself; whether there was any."""
    rows: list[Taken] = []
    try:
        with transaction.atomic():
            taken = execute(TAKE, [batch.phase, batch.pk, alone, 1 if alone else CHUNK])
            rows = [Taken(*row) for row in taken]
            if rows:
                _write(rows, _outcomes(batch, rows, alone=alone, now=now), batch, alone=alone)
    except Exception as error:
        if unavailable(error) or not rows:
            raise
        logger.warning("chunk_failed", batch=batch.pk, rows=len(rows), error=str(error))
        _give_up(rows, error, alone=alone)
    return bool(rows)


def _outcomes(
    batch: Batch, rows: Sequence[Taken], *, alone: bool, now: datetime | None
) -> list[Outcome]:
    what: dict[str, Any] = {
        "user": batch.user,
        "decision": batch.decision,
        "data": batch.data,
        "seen": {row.task: row.seen for row in rows if row.seen is not None},
        "now": now,
    }
    tasks = [row.task for row in rows]
    if batch.phase == BatchPhase.REHEARSING:
        return rehearse_many(tasks, opinion=batch.opinion, **what)
    return complete_many(tasks, opinion=batch.opinion, batch=str(batch.pk), wait=alone, **what)


def _write(
    rows: Sequence[Taken], outcomes: Sequence[Outcome], batch: Batch, *, alone: bool
) -> None:
    rehearsing = batch.phase == BatchPhase.REHEARSING
    said = [
        _row(row, outcome, rehearsing=rehearsing, alone=alone)
        for row, outcome in zip(rows, outcomes, strict=True)
    ]
    execute(WRITE, [orjson.dumps(said).decode()])


def _row(row: Taken, outcome: Outcome, *, rehearsing: bool, alone: bool) -> dict[str, Any]:
    error = outcome.error
    if error is None:
        state = RowState.PASSES if rehearsing else RowState.DONE
        return _said(row, state, after=_after(outcome.after))
    if (outcome.busy or _transient(error)) and not alone:
        return _said(row, RowState.WAITING, alone=True)
    if not rehearsing:
        state = RowState.FAILED
    elif isinstance(error, InvalidData) and "opinion" in error.data.get("errors", {}):
        state = RowState.NEEDS_OPINION
    else:
        state = RowState.BLOCKED
    return _said(row, state, code=error.code, message=str(error))


def _said(row: Taken, state: RowState, **over: Any) -> dict[str, Any]:
    values = {"alone": False, "code": "", "message": "", "after": None, **over}
    return {"id": row.id, "state": int(state), **values}


def _after(after: After) -> dict[str, Any]:
    found: dict[str, Any] = plain(
        {
            "people": list(after.people),
            "process": after.process,
            "element": after.element,
            "due_at": after.due_at,
            "end_event": after.end_event,
        }
    )
    return found


def _transient(error: BaseException | None) -> bool:
    """Whether others were in the way, so that it may go well when tried by itself."""
    while error is not None:
        if isinstance(error, DeadlockDetected | LockNotAvailable | SerializationFailure):
            return True
        error = error.__cause__
    return False


def _give_up(rows: Sequence[Taken], error: Exception, *, alone: bool) -> None:
    """A chunk that can't be written at all: each of its rows is tried by itself; one that is so
    already has failed."""
    if alone:
        said = [_said(row, RowState.FAILED, code="failed", message=str(error)) for row in rows]
    else:
        said = [_said(row, RowState.WAITING, alone=True) for row in rows]
    execute(WRITE, [orjson.dumps(said).decode()])
