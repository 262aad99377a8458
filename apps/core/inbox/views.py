"""The page of a case, and a new request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core.api.problems import detail_of
from apps.core.inbox import pages
from apps.core.inbox.forms import ReasonForm
from apps.core.inbox.telling import say_next
from apps.core.inbox.visibility import Viewer, find_instance
from apps.core.requests.forms import RequestForm
from apps.core.requests.services import submit_request
from engine import instances
from engine.exceptions import EngineError, InvalidData, NotAllowed, NotFound, WrongState
from engine.models import ProcessInstance

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
