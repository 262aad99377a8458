"""Pages of the approval settings."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.core.access.actions import Action
from apps.core.access.doors import require, requires
from apps.core.access.rights import rights_of
from apps.core.approval.settings.forms import Table, TryForm
from apps.core.approval.settings.judging import judge
from apps.core.approval.settings.matrix import Matrix, matrices, matrix, used_texts
from apps.core.approval.settings.people import Deciders
from apps.core.approval.settings.services import Stop, save_matrix, try_out
from apps.core.inbox.wording import mode_label
from apps.core.shell.toasts import say
from engine.exceptions import EngineError, NotFound

SUBJECT = "settings.approval"


@require_GET
@requires(SUBJECT, Action.VIEW)
def list_matrices(request: HttpRequest) -> HttpResponse:
    """All matrices that are deployed."""
    return render(request, "core/approval/matrices.html", {"matrices": matrices()})


@require_http_methods(["GET", "POST"])
@requires(SUBJECT, Action.VIEW)
def edit_matrix(request: HttpRequest, key: str) -> HttpResponse:
    """The rows of one matrix: to look at, change, try out and put in force."""
    found = _find(key)
    if request.method == "GET":
        return _page(request, found, Table(found))
    asked = request.POST.get("act", "save")
    if asked != "try":
        require(request, SUBJECT, Action.CHANGE)
    table = Table(found, request.POST, extra=1 if asked == "add" else 0)
    if asked == "add" or not table.is_valid():
        return _page(request, found, table, refused=asked != "add")
    if asked == "try":
        return _tried(request, found, table)
    if request.POST.get("seen") != found.checksum:
        changed = _("Somebody has changed it since you opened it: compare, and save again.")
        return _page(request, found, table, problem=changed, refused=True)
    return _saved(request, found, table)


def _find(key: str) -> Matrix:
    try:
        return matrix(key)
    except NotFound as error:
        raise Http404(str(error)) from error


def _saved(request: HttpRequest, found: Matrix, table: Table) -> HttpResponse:
    try:
        deployed = save_matrix(
            matrix=found,
            rows=table.rows(),
            by=int(request.user.pk or 0),
            note=_("Changed in the approval settings"),
        )
    except EngineError as error:
        return _page(request, found, table, problem=str(error), refused=True)
    if deployed.changed:
        say(
            request,
            _("“%(name)s” is in force.") % {"name": found.name},
            then=_("What is submitted from now on goes by it; cases under way keep theirs."),
        )
    else:
        say(request, _("Nothing has changed."))
    return redirect("approval_settings:matrix", found.key)


def _tried(request: HttpRequest, found: Matrix, table: Table) -> HttpResponse:
    trial = TryForm(request.POST, matrix=found, people=_people(table))
    if not trial.is_valid():
        return _page(request, found, table, trial=trial)
    facts, initiator = trial.facts(), trial.cleaned_data["initiator"]
    try:
        stops = try_out(matrix=found, rows=table.rows(), facts=facts, initiator=initiator)
    except EngineError as error:
        return _page(request, found, table, trial=trial, problem=str(error))
    return _page(request, found, table, trial=trial, stops=stops)


def _people(table: Table) -> list[tuple[int, str]]:
    return list(table.deciders.users.items())


def _told(stop: Stop, deciders: Deciders) -> dict[str, Any]:
    several = len(stop.people) > 1
    return {
        "stop": stop,
        "role": deciders.name(stop.role),
        "how": mode_label(stop.mode, stop.threshold) if several or stop.mode != "any" else "",
        "copies": [deciders.name(each) for each in stop.cc],
    }


def _page(
    request: HttpRequest,
    found: Matrix,
    table: Table,
    *,
    trial: TryForm | None = None,
    stops: list[Stop] | None = None,
    problem: str = "",
    refused: bool = False,
) -> HttpResponse:
    """The page. `refused`: nothing was saved, and all that was entered stands there still."""
    sent = table.forms[0].is_bound if table.forms else False
    valid = not sent or all(form.is_valid() for form in table.filled)
    # As long as a row isn't understood, nothing can be said about the whole.
    rows = (table.rows() if sent else list(found.rows)) if valid else []
    remarks = judge(found.inputs, rows) if valid else []
    places = [table.forms.index(form) for form in table.filled] if sent else range(len(rows))
    beside: dict[int, list[Any]] = {}
    for remark in remarks:
        index = places[remark.row] if remark.row >= 0 else remark.row
        beside.setdefault(index, []).append(remark)
    context = {
        "place": found.name,
        "matrix": found,
        "table": table,
        "rows": [(index, form, beside.get(index, [])) for index, form in enumerate(table.forms)],
        "remarks": beside.get(-1, []),
        "texts": used_texts(found.inputs, found.rows),
        "trial": trial or TryForm(matrix=found, people=_people(table)),
        "deciders": table.deciders,
        "stops": None if stops is None else [_told(stop, table.deciders) for stop in stops],
        "problem": problem,
        "refused": refused,
        "may_change": rights_of(int(request.user.pk or 0)).may(SUBJECT, Action.CHANGE),
    }
    status = 422 if refused else 200
    return render(request, "core/approval/matrix.html", context, status=status)
