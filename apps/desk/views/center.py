"""The approval center: queues, list and document; deciding, and the other acts."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.core.access.rights import rights_of
from apps.core.api.problems import detail_of
from apps.core.documents import card_of
from apps.core.inbox import wording
from apps.core.inbox.acts import ACTS
from apps.core.inbox.context import look_at, waiting
from apps.core.inbox.forms import CopyForm
from apps.core.inbox.pages import Offered, Trouble
from apps.core.inbox.telling import say_next
from apps.core.inbox.views import found_or_404, seen_version, status_of, viewer_of
from apps.core.inbox.visibility import Viewer, find_instance, find_task
from apps.core.kinds.registry import risks
from apps.core.kinds.saved_views import usable_views
from apps.desk import document, filters, lists, services
from apps.desk.batch_rows import batch_rows
from engine import copies, inbox_search, tasks
from engine.decisions import label
from engine.exceptions import EngineError, InvalidData
from engine.inbox_search import Search
from engine.models import HumanTask, ProcessInstance, RowState

PLACE: Final = "approvals"  # of saved filters
WHOLE, PANE = "approvals", "document"  # what htmx exchanges


@require_safe
def approvals(request: HttpRequest) -> HttpResponse:
    """The lists, and no document yet."""
    return show(request)


@require_safe
def task_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A task in its list, with its document."""
    find = partial(find_task, state=True)  # for the forecast
    return show(request, task=found_or_404(find, viewer_of(request), pk))


@require_safe
def case_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A case that need not be decided: submitted by the reader, or shown to them."""
    find = partial(find_instance, state=True)  # for the forecast
    instance = found_or_404(find, viewer_of(request), pk)
    look_at(request, pk)
    return show(request, instance=instance)


def show(
    request: HttpRequest,
    *,
    task: HumanTask | None = None,
    instance: ProcessInstance | None = None,
    trouble: Trouble | None = None,
    status: int = 200,
) -> HttpResponse:
    """The three panes, or only what htmx asks for."""
    viewer = viewer_of(request)
    wanted = filters.read(request.GET)
    left = _left_over(viewer, wanted)
    wanted = wanted.among(sorted(left)) if left else wanted
    target = request.htmx.target  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "wanted": wanted,
        "query": wanted.query.urlencode(),
        "place": _("Approval center"),
        "pane": "list" if task is None and instance is None else "document",
    }
    about = task.instance if task is not None else instance
    if target != PANE:
        try:
            context |= _list_context(request, viewer, wanted, left)
        except InvalidData:
            return redirect(f"{request.path}?{wanted.address(cursor=None)}")
    if about is not None:
        context |= document.context(request, viewer, about, task, trouble)
        context["place"] = context["subject"]
        context["place_of"] = (
            reverse("desk:task", args=[task.pk]) if task else reverse("desk:case", args=[about.pk])
        )
        if task is not None:
            context["near"] = _near(request, wanted, task.pk)
    if target == PANE:
        return render(request, "desk/_document.html", context, status=status)
    context["chosen"] = task.pk if task is not None else about.pk if about is not None else None
    template = "desk/_approvals.html" if target == WHOLE else "desk/approvals.html"
    answer = render(request, template, context, status=status)
    if status >= 400:
        answer["HX-Push-Url"] = "false"  # what was sent there is no page to come back to
    return answer


def _near(request: HttpRequest, wanted: filters.Wanted, task: int) -> lists.Neighbours:
    """What stands before and after a task in the list that is wanted."""
    return lists.neighbours(viewer_of(request).id, wanted, task, partial(waiting, request))


def _list_context(
    request: HttpRequest, viewer: Viewer, wanted: filters.Wanted, left: Collection[int]
) -> dict[str, Any]:
    counts = waiting(request)
    listing = lists.listing(viewer.id, wanted, counts)
    return {
        "listing": listing,
        "selected": left,
        "queues": lists.queues(wanted, counts),
        "others": lists.other_lists(wanted, counts),
        "saved": usable_views(rights_of(viewer.id), PLACE),
        "sorts": tuple(filters.SORT_LABELS.items()),
        "dues": tuple(filters.DUE.items()),
        "flags": tuple(risks().items()),
        "choices": filters.choices(wanted),
    }


@require_safe
def initiators(request: HttpRequest) -> HttpResponse:
    """Names for the filter: those whose documents wait for the reader."""
    found = inbox_search.initiators(viewer_of(request).id, Search())
    names = sorted(wording.names_of(found).values())
    return render(request, "desk/_names.html", {"names": names})


def _left_over(viewer: Viewer, wanted: filters.Wanted) -> frozenset[int]:
    """What was not done in the batch that the address names: the list shows it and nothing else,
    still selected."""
    batch = wanted.query.get("batch", "")
    if not batch.isdecimal():
        return frozenset()
    rows = batch_rows(viewer.id, int(batch[:18]))
    left = rows.filter(state__in=(RowState.FAILED, RowState.BLOCKED, RowState.NEEDS_OPINION))
    return frozenset(left.values_list("task_id", flat=True))


# --- deciding -------------------------------------------------------------------------------------
@require_POST
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide a task; the next one of the list opens."""
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
        return _again(request, viewer, task, error)
    services.drop_draft(user=viewer.id, task=pk)
    services.seen_and_decided(
        user=viewer.id, business_key=task.instance.business_key, decision=decision
    )
    say_next(request, label(decision) or _("Done"), result)
    return _go_on(request)


def _again(
    request: HttpRequest, viewer: Viewer, task: HumanTask, error: EngineError
) -> HttpResponse:
    """The pane as it is now, with what went wrong and what was typed."""
    trouble = Trouble.of(error, detail_of(error), request.POST, "complete", request.FILES)
    return show(request, task=find_task(viewer, task.pk), trouble=trouble, status=status_of(error))


def _go_on(request: HttpRequest, task: int | None = None) -> HttpResponse:
    """To that task, or the next one of the list, or the list."""
    following = request.POST.get("next", "")
    if task is None and following.isdecimal():
        task = int(following[:18])
    address = reverse("desk:approvals") if task is None else reverse("desk:task", args=[task])
    query = filters.read(request.GET).query.urlencode()
    return redirect(f"{address}?{query}" if query else address)


@require_POST
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the opinion that is being typed; `phrase` is put at its end."""
    viewer = viewer_of(request)
    task = found_or_404(find_task, viewer, pk)
    text = request.POST.get("opinion", "")
    phrase = request.POST.get("phrase", "")
    services.save_draft(user=viewer.id, task=task.pk, text=f"{text} {phrase}".strip())
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "desk/_draft.html", {"saved_at": timezone.now()})
    return _go_on(request, task.pk)


# --- the other acts -------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Claim, transfer, delegate, add an approver, send a copy, urge, put off …"""
    viewer = viewer_of(request)
    if code not in ACTS:
        raise Http404
    task, chosen = found_or_404(find_task, viewer, pk), ACTS[code]
    if request.method != "POST":
        initial = {"due_at": task.due_at, "follow_up_at": task.follow_up_at}
        form = chosen.form_for(task, viewer, prefix=code, initial=initial)
        return _ask(request, Offered(code, chosen, form, True), task)
    form = chosen.form_for(task, viewer, request.POST, request.FILES, prefix=code)
    if not form.is_valid():
        return _ask(request, Offered(code, chosen, form, True), task, status=422)
    try:
        said = chosen.run(pk, viewer.id, form.cleaned_data, seen_version(request.POST))
    except EngineError as error:
        offered = Offered(code, chosen, form, True)
        return _ask(request, offered, task, detail_of(error), status=status_of(error))
    messages.success(request, said)
    if page := _page(request, task):
        return redirect(page)
    return _go_on(request, pk if chosen.stays else None)


def _page(request: HttpRequest, task: HumanTask) -> str:
    """The document's own page, for who was asked there; else ""."""
    return card_of(task.instance).url if request.GET.get("to") == "page" else ""


def _ask(
    request: HttpRequest, offered: Offered, task: HumanTask, problem: str = "", *, status: int = 200
) -> HttpResponse:
    wanted = filters.read(request.GET)
    back = f"{reverse('desk:task', args=[task.pk])}?{wanted.query.urlencode()}"
    return ask(
        request,
        title=str(offered.act.label),
        form=offered.form,
        problem=problem,
        back=_page(request, task) or back,
        next=_near(request, wanted, task.pk).next,
        version=task.version,
        status=status,
    )


def ask(request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    """A question in a dialog, or on a page of its own where there is no JavaScript."""
    dialog = bool(request.htmx)  # type: ignore[attr-defined]
    context |= {"place": context["title"], "address": request.get_full_path(), "dialog": dialog}
    template = "desk/_ask.html" if dialog else "desk/ask.html"
    answer = render(request, template, context, status=status)
    if dialog and status in (403, 404):
        answer.status_code = 422  # htmx exchanges nothing else; the words say what it is
    if dialog:
        answer["HX-Retarget"], answer["HX-Reswap"] = "#dialog", "innerHTML"
        answer["HX-Push-Url"] = "false"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def send_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a case to colleagues."""
    viewer = viewer_of(request)
    instance = found_or_404(find_instance, viewer, pk)
    back = f"{reverse('desk:case', args=[pk])}?{filters.read(request.GET).query.urlencode()}"
    question = {"title": _("Send a copy"), "back": back}
    form = CopyForm(request.POST or None)
    if request.method != "POST":
        return ask(request, form=form, **question)
    if not form.is_valid():
        return ask(request, form=form, **question, status=422)
    to = [one.pk for one in form.cleaned_data["to"]]
    try:
        copies.send_copy(instance.pk, to=to, by=viewer.id, note=form.cleaned_data["reason"])
    except EngineError as error:
        return ask(request, form=form, problem=detail_of(error), **question, status=422)
    messages.success(request, _("Copies sent; the trail names them."))
    return redirect(back)
