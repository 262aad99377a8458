"""Running cases: found, held, let go on, ended, and mended."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from apps.core.access.actions import Action
from apps.core.access.doors import requires
from apps.core.answers import status_of
from apps.core.api.problems import detail_of
from apps.core.documents import card_of
from apps.core.inbox import rows
from apps.core.inbox.elements import process_label
from apps.core.inbox.forms import ReasonForm
from apps.core.inbox.views import found_or_404, viewer_of
from apps.core.inbox.visibility import find_instance, visible_instances
from apps.core.inbox.wording import moment, names_of
from apps.core.operating import CASES, OPERATE, as_seen, mend
from apps.core.shell.toasts import say
from apps.people.pages.paging import page_of
from apps.studio import finding
from apps.studio.forms import BecauseForm, DataForm, TimerForm
from apps.studio.timers import waiting_timers
from apps.studio.troubles import incidents, troubles
from engine import definitions, instances, pictures
from engine.exceptions import EngineError
from engine.models import Incident, InstanceState, ProcessInstance
from engine.trail import plain

STATES: Final[Mapping[str, tuple[str | Promise, dict[str, Any]]]] = {
    "": (gettext_lazy("Cases under way"), {"state__lte": InstanceState.SUSPENDED}),
    "suspended": (
        pgettext_lazy("cases", "Suspended"),
        {"state__lte": InstanceState.SUSPENDED, "state": InstanceState.SUSPENDED},
    ),
    "ended": (gettext_lazy("Ended"), {"state__gt": InstanceState.SUSPENDED}),
}
"""Tabs of the list. What is suspended is looked for among the living, who have an index."""


@dataclass(frozen=True, slots=True)
class Steering:
    """Something that can be done with a case as it stands: `run(case, by=, reason=)`."""

    label: str | Promise
    icon: str
    hint: str | Promise
    done: str | Promise
    then: str | Promise
    form: type[ReasonForm]
    run: Callable[..., Any]
    fits: Callable[[ProcessInstance], bool]
    destructive: bool = False


STEERING: Final[Mapping[str, Steering]] = {
    "suspend": Steering(
        pgettext_lazy("case", "Suspend"),
        "player-pause",
        gettext_lazy("No decision, timer or message until it is resumed."),
        gettext_lazy("Suspended"),
        gettext_lazy("Nothing goes on until somebody resumes it."),
        BecauseForm,
        instances.suspend,
        lambda case: case.state == InstanceState.ACTIVE,
    ),
    "resume": Steering(
        pgettext_lazy("case", "Resume"),
        "player-play",
        gettext_lazy("It goes on where it stands; what came due meanwhile follows soon."),
        gettext_lazy("Resumed"),
        gettext_lazy("Timers that came due meanwhile fire soon."),
        ReasonForm,
        instances.resume,
        lambda case: case.held,
    ),
    "terminate": Steering(
        pgettext_lazy("case", "Terminate"),
        "player-stop",
        gettext_lazy(
            "It ends where it stands, for good: nobody is asked any more, and the document stays as"
            " it is."
        ),
        gettext_lazy("Terminated"),
        gettext_lazy("Its history stays."),
        BecauseForm,
        instances.terminate,
        lambda case: case.live,
        destructive=True,
    ),
}

DATA: Final = "data"  # the form that was tried, where it is none of STEERING
TIMER: Final = "timer"


@require_safe
@requires(CASES, Action.VIEW)
def list_cases(request: HttpRequest) -> HttpResponse:
    """Cases, the latest first, by state and process; a number is looked for in every state."""
    number = finding.typed(request.GET.get("q", ""))
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    processes = list(definitions.used_definitions())
    key = next((row.key for row in processes if row.key == request.GET.get("process")), "")
    wanted = finding.numbered(number) if number else Q(**STATES[state][1])
    found = visible_instances(viewer_of(request)).filter(wanted)
    found = found.filter(definition__key=key) if key else found
    page = page_of(found, "-pk", request.GET.get("cursor", ""))
    names = names_of(row.starter for row in page.rows)
    context = {
        "place": _("Cases"),
        "rows": [
            {
                "row": row,
                "line": line,
                "number": card_of(row).number,
                "process": process_label(row.definition),
                "starter": names.get(row.starter or 0, _("System")),
                "colour": rows.STATE_COLOURS[InstanceState(row.state)],
            }
            for row, line in zip(page.rows, rows.of_instances(page.rows), strict=True)
        ],
        "next": page.next,
        "previous": page.previous,
        "states": [(code, label) for code, (label, _filter) in STATES.items()],
        "state": None if number else state,
        "number": number,
        "processes": [(row.key, process_label(row)) for row in processes],
        "process": key,
    }
    return render(request, "studio/cases.html", context)


@require_safe
@requires(CASES, Action.VIEW)
def show_case(request: HttpRequest, pk: int) -> HttpResponse:
    """What is the matter with a case, its data, and what can be done about it."""
    return _case_page(request, pk)


def _case_page(
    request: HttpRequest,
    pk: int,
    *,
    tried: str = "",
    form: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page; with the form that was `tried`, what is wrong with it, and what was typed."""
    viewer = viewer_of(request)
    case = found_or_404(_with_state, viewer, pk)
    variables = pictures.variables(case)
    typed = form.data if form else {}
    may_mend = viewer.operates and case.state == InstanceState.ACTIVE
    name = typed.get("name", "") if tried == DATA else request.GET.get("name", "")
    name = name if may_mend and name in variables else ""
    timers = waiting_timers(case)
    moving = typed.get("task_id", "") if tried == TIMER and may_mend else ""
    steering = [
        (code, one, form if code == tried else one.form())
        for code, one in STEERING.items()
        if viewer.operates and one.fits(case)
    ]
    shown = {DATA: bool(name), TIMER: moving in {timer.task_id for timer in timers}}
    stays = shown.get(tried, tried in {code for code, *_rest in steering})
    written = (typed.get(field, "") for field in ("value", "due_at", "reason"))
    context = {
        "place": rows.subject_of(case),
        "breadcrumbs": [(_("Cases"), reverse("studio:cases"))],
        "instance": case,
        "process": process_label(case.definition),
        "colour": rows.STATE_COLOURS[InstanceState(case.state)],
        "incidents": troubles(incidents().filter(instance=case).order_by("state", "-pk")[:20]),
        "data": [(key, _json(value)) for key, value in sorted(variables.items())],
        "name": name,
        # What somebody has seen they have seen until they are shown what it has become.
        "seen": (typed.get("seen") if status == 422 else "") or as_seen(variables.get(name)),
        "typed": typed.get("value", _json(variables.get(name))),
        "unsaved": "" if stays else next(filter(None, written), ""),
        "timers": timers,
        "moving": moving,
        "may_mend": may_mend,
        "may_operate": viewer.operates,
        "steering": steering,
        "form": form,
    }
    return render(request, "studio/case.html", context, status=status)


def _with_state(viewer: Any, pk: int) -> ProcessInstance:
    return find_instance(viewer, pk, state=True)


def _json(value: Any) -> str:
    return json.dumps(plain(value), ensure_ascii=False, indent=2)


@require_POST
@requires(CASES, OPERATE)
def steer(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Suspend, resume or end the case."""
    if act not in STEERING:
        raise Http404
    chosen = STEERING[act]
    refused = _refused(request, pk, act, chosen.form(request.POST), chosen.run)
    if refused:
        return refused
    say(request, str(chosen.done), then=str(chosen.then))
    return redirect("studio:case", pk)


@require_POST
@requires(CASES, OPERATE)
def set_data(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one variable of the case another value."""
    form = DataForm(request.POST)
    refused = _refused(request, pk, DATA, form, _mend)
    if refused:
        return refused
    said = _("“%(name)s” has its new value.") % {"name": form.cleaned_data["name"]}
    waits = incidents().filter(instance=pk, state=Incident.State.OPEN).exists()
    say(request, said, then=_("Now try again what failed.") if waits else "")
    return redirect("studio:case", pk)


def _mend(pk: int, *, name: str, value: Any, seen: str, reason: str, by: int) -> None:
    mend(pk, {name: value}, by=by, reason=reason, seen={name: seen})


@require_POST
@requires(CASES, OPERATE)
def move_timer(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a waiting timer fire at another moment."""
    form = TimerForm(request.POST)
    refused = _refused(request, pk, TIMER, form, _move)
    if refused:
        return refused
    due_at = form.cleaned_data["due_at"]
    said = _("The timer fires at %(when)s.") % {"when": moment(due_at)}
    past = due_at <= timezone.now()
    say(request, said, then=_("That moment has passed: it fires soon.") if past else "")
    return redirect("studio:case", pk)


def _move(pk: int, *, task_id: UUID, due_at: datetime, by: int) -> None:
    instances.reschedule(pk, str(task_id), due_at, by=by)


def _refused(
    request: HttpRequest, pk: int, tried: str, form: Form, run: Callable[..., Any]
) -> HttpResponse | None:
    """Do what the form asks for; the page once more where that can't be."""
    viewer = viewer_of(request)
    found_or_404(find_instance, viewer, pk)
    status = 422
    if form.is_valid():
        try:
            run(pk, by=viewer.id, **form.cleaned_data)
            return None
        except EngineError as error:
            form.add_error(None, detail_of(error))
            status = status_of(error)
    return _case_page(request, pk, tried=tried, form=form, status=status)
