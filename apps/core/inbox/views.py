"""The plain inbox: lists, the page of a task, the page of a case, and a new request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core.api.problems import detail_of
from apps.core.inbox import pages, rows, wording
from apps.core.inbox.acts import ACTS
from apps.core.inbox.context import waiting
from apps.core.inbox.forms import ReasonForm
from apps.core.inbox.telling import say_next
from apps.core.inbox.visibility import Viewer, find_instance, find_task
from apps.core.requests.forms import RequestForm
from apps.core.requests.services import submit_request
from engine import inbox, instances, tasks
from engine.decisions import label
from engine.exceptions import EngineError, InvalidData, NotAllowed, NotFound, WrongState
from engine.models import HumanTask, ProcessInstance

PAGE: Final = 25
VIEWS: Final = ("todo", "claim", "started", "done")
STATUS: Final = ((NotAllowed, 403), (NotFound, 404), (WrongState, 409), (InvalidData, 422))


def viewer_of(request: HttpRequest) -> Viewer:
    """Who looks."""
    return Viewer(int(request.user.pk))  # type: ignore[arg-type]  # somebody has logged in


def status_of(error: EngineError) -> int:
    """The status of the page that tells of an error."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 422)


def found_or_404(find: Callable[[Viewer, int], Any], viewer: Viewer, identity: int) -> Any:
    """What `find` finds, else the page that says there is nothing."""
    try:
        return find(viewer, identity)
    except NotFound as error:
        raise Http404 from error


# --- lists ----------------------------------------------------------------------------------------
@require_safe
def inbox_page(request: HttpRequest) -> HttpResponse:
    """The lists: to do, to claim, started by me, done."""
    view = request.GET.get("view", "todo")
    if view not in VIEWS:
        raise Http404
    user = viewer_of(request).id
    queue = _queue(request)
    context: dict[str, Any] = {"view": view, "queue": queue, "place": _("Inbox")}
    try:
        context |= _LISTS[view](request, user)
    except InvalidData:
        return redirect("inbox:inbox")
    context["waiting"] = counts = waiting(request)
    context["queues"] = [
        {"code": code, "label": wording.queue_label(code), "count": counts.queues[code]}
        for code in sorted(counts.queues, key=_queue_order)
    ]
    return render(request, "core/inbox/list.html", context)


def _queue(request: HttpRequest) -> str:
    """The queue asked for; a code is a word, so nothing else reaches the database."""
    queue = request.GET.get("queue", "")
    return queue if queue.replace("_", "").isalnum() else ""


def _queue_order(code: str) -> tuple[int, str]:
    order = list(wording.QUEUES)
    return (order.index(code) if code in order else len(order), code)


def _open_list(request: HttpRequest, user: int, view: inbox.View) -> dict[str, Any]:
    queue = _queue(request)
    page = inbox.page(
        user,
        queues=[queue] if queue else None,
        view=view,
        cursor=request.GET.get("cursor", ""),
        limit=PAGE,
        hide_snoozed_at=timezone.now(),
    )
    return {
        "rows": rows.of_open_tasks(page.tasks),
        "next": page.next,
        "previous": page.previous,
    }


def _started_list(request: HttpRequest, user: int) -> dict[str, Any]:
    started = (
        ProcessInstance.objects.filter(starter=user)
        .select_related("definition")
        .defer("runtime", "definition__compiled")
        .order_by("-pk")
    )
    cursor = request.GET.get("cursor", "")
    if cursor.isdecimal():
        started = started.filter(pk__lt=int(cursor[:18]))
    found = list(started[: PAGE + 1])
    more = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    return {"rows": rows.of_instances(found[:PAGE]), "next": more}


def _done_list(request: HttpRequest, user: int) -> dict[str, Any]:
    page = inbox.decided(user, cursor=request.GET.get("cursor", ""), limit=PAGE)
    return {"rows": rows.of_done_tasks(page.tasks), "next": page.next}


_LISTS: Final[dict[str, Callable[[HttpRequest, int], dict[str, Any]]]] = {
    "todo": lambda request, user: _open_list(request, user, "all"),
    "claim": lambda request, user: _open_list(request, user, "pool"),
    "started": _started_list,
    "done": _done_list,
}


# --- a task ---------------------------------------------------------------------------------------
@require_safe
def task_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at a task: what it is about, why it is mine, what may be decided, what has happened."""
    viewer = viewer_of(request)
    task = found_or_404(find_task, viewer, pk)
    return render(request, "core/inbox/task.html", pages.task_context(task, viewer))


@require_POST
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide a task."""
    viewer = viewer_of(request)
    task = found_or_404(find_task, viewer, pk)
    decision = request.POST.get("decision", "")
    try:
        result = tasks.complete(
            pk,
            user=viewer.id,
            decision=decision,
            opinion=request.POST.get("opinion", ""),
            data=request.POST,
            files=request.FILES,
            seen_version=seen_version(request.POST),
        )
    except EngineError as error:
        return _again(request, viewer, task, error, "complete")
    say_next(request, label(decision) or _("Done"), result)
    return redirect("inbox:inbox")


@require_POST
def act(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Do something else with a task: claim, transfer, add an approver …"""
    viewer = viewer_of(request)
    if code not in ACTS:
        raise Http404
    task, chosen = found_or_404(find_task, viewer, pk), ACTS[code]
    form = chosen.form(request.POST, prefix=code)
    if not form.is_valid():
        trouble = pages.Trouble(typed=request.POST, act=code)
        context = pages.task_context(task, viewer, trouble)
        return render(request, "core/inbox/task.html", context, status=422)
    try:
        said = chosen.run(pk, viewer.id, form.cleaned_data, seen_version(request.POST))
    except EngineError as error:
        return _again(request, viewer, task, error, code)
    messages.success(request, said)
    return redirect("inbox:task", pk) if chosen.stays else redirect("inbox:inbox")


def _again(
    request: HttpRequest, viewer: Viewer, task: HumanTask, error: EngineError, code: str
) -> HttpResponse:
    """The page as it is now, with what went wrong and what was typed."""
    trouble = pages.Trouble.of(error, detail_of(error), request.POST, code)
    context = pages.task_context(find_task(viewer, task.pk), viewer, trouble)
    return render(request, "core/inbox/task.html", context, status=status_of(error))


def seen_version(post: QueryDict) -> int | None:
    """The version of the task that was on the page."""
    version = post.get("seen_version", "")
    return int(version[:9]) if version.isdecimal() else None


# --- a case ---------------------------------------------------------------------------------------
@require_safe
def instance_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at a case: how it stands, whom it waits for, what has happened, its diagram in words."""
    viewer = viewer_of(request)
    instance = found_or_404(find_instance, viewer, pk)
    return render(request, "core/inbox/instance.html", pages.instance_context(instance, viewer))


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The initiator takes the case back."""
    viewer = viewer_of(request)
    instance = found_or_404(find_instance, viewer, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _not_withdrawn(
            request, viewer, instance, " ".join(map(str, form.errors["reason"])), 422
        )
    try:
        result = instances.withdraw(pk, user=viewer.id, **form.cleaned_data)
    except EngineError as error:
        return _not_withdrawn(request, viewer, instance, detail_of(error), status_of(error))
    say_next(request, _("Withdrawn"), result)
    return redirect("inbox:instance", pk)


def _not_withdrawn(
    request: HttpRequest, viewer: Viewer, instance: ProcessInstance, problem: str, status: int
) -> HttpResponse:
    context = pages.instance_context(instance, viewer)
    context |= {"problem": problem, "reason": request.POST.get("reason", "")}
    return render(request, "core/inbox/instance.html", context, status=status)


# --- a new request --------------------------------------------------------------------------------
def new_request(request: HttpRequest) -> HttpResponse:
    """Submit a general request (事项申请)."""
    form = RequestForm(request.POST or None)
    problem, status = "", 200
    if request.method == "POST":
        if form.is_valid():
            try:
                result = submit_request(user=viewer_of(request).id, **form.cleaned_data)
            except EngineError as error:
                problem, status = detail_of(error), status_of(error)
            else:
                say_next(request, _("Submitted"), result)
                return redirect("inbox:instance", result.instance)
        else:
            status = 422
    context = {"form": form, "problem": problem, "place": _("New request")}
    return render(request, "core/inbox/new_request.html", context, status=status)


def home(request: HttpRequest) -> HttpResponse:
    """The first page after the login."""
    return redirect("inbox:inbox")
