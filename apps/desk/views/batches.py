"""Many tasks decided at once: what would come of it, how far it is, and what came of each."""

from __future__ import annotations

import csv
from typing import Any, Final

from django.db.models import Case, Sum, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core.api.problems import detail_of
from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.core.inbox.views import status_of, viewer_of
from apps.core.inbox.visibility import visible_tasks
from apps.desk import filters, lists
from apps.desk.batch_rows import of_batch
from apps.desk.views.center import ask
from engine import batches
from engine.decisions import label
from engine.exceptions import EngineError
from engine.models import Batch, BatchPhase, RowState

DECISIONS: Final = ("approve", "return", "reject")
TROUBLE_FIRST: Final = Case(
    When(state__in=(RowState.FAILED, RowState.BLOCKED, RowState.NEEDS_OPINION), then=0), default=1
)
SHOWN: Final = 200  # rows; all of them are in the file


@require_POST
def rehearse(request: HttpRequest) -> HttpResponse:
    """Find out what a decision would come to for each of the tasks that were chosen."""
    viewer = viewer_of(request)
    decision = request.POST.get("decision", "")
    if decision not in DECISIONS:
        raise Http404
    chosen = _chosen(request)
    seen = visible_tasks(viewer, chosen)
    try:
        batch = batches.rehearse(
            {task: version for task, version in chosen.items() if task in seen},
            user=viewer.id,
            decision=decision,
            opinion=_("(to follow)") if decision != "approve" else "",
        )
    except EngineError as error:
        return ask(request, title=label(decision), problem=detail_of(error), status=422)
    return redirect(f"{reverse('desk:batch', args=[batch.pk])}?{_query(request)}")


def _query(request: HttpRequest) -> str:
    """The list that the batch was chosen from, without what an earlier batch left over."""
    return filters.read(request.GET).address(batch=None)


def _chosen(request: HttpRequest) -> dict[int, int | None]:
    """Task → version, as the boxes of the list send them; with `all`, those of the other pages,
    too, as they are now: what would come of each is shown before anything is done."""
    found: dict[int, int | None] = {}
    if request.POST.get("all"):
        found = dict.fromkeys(lists.whole(viewer_of(request).id, filters.read(request.GET)))
    for text in request.POST.getlist("task")[: batches.LIMIT + 1]:
        task, _colon, version = text.partition(":")
        if task.isdecimal():
            found[int(task[:18])] = int(version[:9]) if version.isdecimal() else None
    return found


def _own(request: HttpRequest, pk: int) -> Batch:
    batch = Batch.objects.filter(pk=pk, user=viewer_of(request).id).first()
    if batch is None:
        raise Http404
    return batch


@require_safe
def batch_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What a batch would come to, how far it is, or what came of it."""
    return _page(request, _own(request, pk))


def _page(
    request: HttpRequest, batch: Batch, problem: str = "", *, status: int = 200
) -> HttpResponse:
    progress = batches.progress(batch.pk)
    phase = BatchPhase(batch.phase)
    rows = batch.rows.order_by(TROUBLE_FIRST, "-state", "position")
    passing = batch.rows.filter(state=RowState.PASSES).aggregate(sum=Sum("task__amount"))
    dialog = bool(request.htmx)  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "batch": batch,
        "phase": phase.name,
        "decision": label(batch.decision),
        "needs_opinion": batch.decision != "approve",
        "progress": progress,
        "percent": 100 * (progress.total - progress.waiting) // max(progress.total, 1),
        "seconds": _seconds(batch),
        "sum": passing["sum"],
        "rows": of_batch(list(rows[:SHOWN])) if phase.name[-2:] != "NG" else [],
        "hidden": max(0, progress.total - SHOWN),
        "problem": problem,
        "query": _query(request),
        "place": _("Batch: %(decision)s") % {"decision": label(batch.decision)},
        "dialog": dialog,
    }
    template = "desk/_batch.html" if dialog else "desk/batch.html"
    return render(request, template, context, status=status)


def _seconds(batch: Batch) -> float | None:
    if batch.started_at is None or batch.ended_at is None:
        return None
    return round((batch.ended_at - batch.started_at).total_seconds(), 1)


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide what has passed."""
    batch = _own(request, pk)
    opinion = request.POST.get("opinion", "")
    if batch.decision != "approve" and not opinion.strip():
        return _page(request, batch, _("Say why: this decision needs an opinion."), status=422)
    try:
        batches.confirm(pk, user=batch.user, opinion=opinion)
    except EngineError as error:
        batch.refresh_from_db()
        return _page(request, batch, detail_of(error), status=status_of(error))
    return redirect(f"{reverse('desk:batch', args=[pk])}?{_query(request)}")


@require_safe
def results(request: HttpRequest, pk: int) -> HttpResponse:
    """All rows as a file for a spreadsheet."""
    batch = _own(request, pk)
    about = {"kind": "batch", "rows": batch.rows.count(), "query": str(batch.pk)}
    record(Event.EXPORTED, by=batch.user, label=_("Result of a batch"), after=about)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="batch-{batch.pk}.csv"'
    answer.write("\ufeff")  # else spreadsheets take it for another encoding
    out = csv.writer(answer)
    out.writerow([_("Result"), _("Number"), _("Subject"), _("Amount"), _("What next, or why not")])
    for row in of_batch(list(batch.rows.order_by("position"))):
        out.writerow(
            [_text(cell) for cell in (row.state, row.number, row.title, row.amount, row.text)]
        )
    return answer


def _text(value: object) -> str:
    """No cell begins a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text
