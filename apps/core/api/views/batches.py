"""Batches: many tasks that were decided alike, each with what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api import problems, serializers
from apps.core.api.fields import Row
from apps.core.api.permissions import Right
from apps.core.api.views.base import ID, Area
from apps.core.inbox.visibility import no_task
from engine import batches
from engine.models import Batch, BatchPhase, BatchRow, RowState


class BatchViews(Area):
    """What the reader has decided in batches."""

    area = "batches"
    rights = {"retrieve": Right.MEMBER}

    @extend_schema(parameters=[ID], responses=serializers.BatchSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """How far a batch of the reader's is, and what became of each task."""
        return show_batch(batches.find(int(pk), user=self.user), status=200)


def show_batch(
    batch: Batch | None, *, missing: Sequence[int] = (), status: int | None = None
) -> Response:
    """A batch and what became of its tasks; beside them those `missing`, which the reader may not
    see. 202 while it is under way, unless the status is given."""
    rows = [] if batch is None else list(batch.rows.order_by("position"))
    outcomes = [*(_outcome(row) for row in rows), *(_missing(task) for task in missing)]
    phase = BatchPhase.DONE if batch is None else BatchPhase(batch.phase)
    states = [outcome["state"] for outcome in outcomes]
    shown = {
        "batch": None if batch is None else batch.pk,
        "phase": phase,
        "waiting": states.count(RowState.WAITING),
        "done": states.count(RowState.DONE),
        "failed": states.count(RowState.FAILED),
        "outcomes": outcomes,
    }
    answer = status or (200 if phase == BatchPhase.DONE else 202)
    return Response(serializers.BatchSerializer(shown).data, status=answer)


def _outcome(row: BatchRow) -> Row:
    return {
        "task": row.task_id,
        "state": RowState(row.state),
        "after": row.after,
        "problem": problems.of_code(row.code, row.message) if row.code else None,
    }


def _missing(task: int) -> Row:
    problem = problems.of_engine(no_task(task))
    return {"task": task, "state": RowState.FAILED, "after": None, "problem": problem}
