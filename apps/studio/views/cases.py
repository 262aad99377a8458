"""Running cases: found, held, let go on, ended, and mended."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from apps.core.access.actions import Action
from apps.core.access.doors import requires
from apps.core.answers import status_of
from apps.core.api.problems import detail_of
from apps.core.inbox import rows
from apps.core.inbox.elements import process_label
from apps.core.inbox.forms import ReasonForm
from apps.core.inbox.views import found_or_404, viewer_of
from apps.core.inbox.visibility import find_instance, visible_instances
from apps.core.inbox.wording import names_of
from apps.core.operating import CASES, OPERATE
from apps.core.shell.toasts import say
from apps.people.pages.paging import page_of
from apps.studio.forms import BecauseForm, DataForm
from apps.studio.troubles import incidents, troubles
from engine import definitions, instances, pictures
from engine.exceptions import EngineError
from engine.models import InstanceState, ProcessInstance
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


@require_safe
@requires(CASES, Action.VIEW)
def list_cases(request: HttpRequest) -> HttpResponse:
    """Cases, the latest first, by state and process."""
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    processes = list(definitions.latest_definitions())
    key = next((row.key for row in processes if row.key == request.GET.get("process")), "")
    found = visible_instances(viewer_of(request)).filter(**STATES[state][1])
    found = found.filter(definition__key=key) if key else found
    page = page_of(found, "-pk", request.GET.get("cursor", ""))
    names = names_of(row.starter for row in page.rows)
    context = {
        "place": _("Cases"),
        "rows": [
            {
                "row": row,
                "line": line,
                "process": process_label(row.definition),
                "starter": names.get(row.starter or 0, _("System")),
                "colour": rows.STATE_COLOURS[InstanceState(row.state)],
            }
            for row, line in zip(page.rows, rows.of_instances(page.rows), strict=True)
        ],
        "next": page.next,
        "previous": page.previous,
        "states": [(code, label) for code, (label, _filter) in STATES.items()],
        "state": state,
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
    form: ReasonForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page; with the form that was `tried` and what is wrong with it."""
    viewer = viewer_of(request)
    case = found_or_404(_with_state, viewer, pk)
    variables = pictures.variables(case)
    name = form.data.get("name", "") if tried == "data" and form else request.GET.get("name", "")
    name = name if name in variables and case.live and viewer.operates else ""
    context = {
        "place": rows.subject_of(case),
        "breadcrumbs": [(_("Cases"), reverse("studio:cases"))],
        "instance": case,
        "process": process_label(case.definition),
        "colour": rows.STATE_COLOURS[InstanceState(case.state)],
        "incidents": troubles(incidents().filter(instance=case).order_by("state", "-pk")[:20]),
        "data": [(key, _json(value)) for key, value in sorted(variables.items())],
        "name": name,
        "typed": form.data.get("value", "") if tried == "data" and form else "",
        "may_operate": viewer.operates,
        "steering": [
            (code, one, form if code == tried else one.form())
            for code, one in STEERING.items()
            if viewer.operates and one.fits(case)
        ],
        "tried": tried,
        "form": form,
        "problem": problem,
    }
    if name and not context["typed"]:
        context["typed"] = _json(variables[name])
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
    found_or_404(find_instance, viewer_of(request), pk)
    chosen = STEERING[act]
    form = chosen.form(request.POST)
    if not form.is_valid():
        return _case_page(request, pk, tried=act, form=form, status=422)
    try:
        chosen.run(pk, by=viewer_of(request).id, **form.cleaned_data)
    except EngineError as error:
        answer = {"problem": detail_of(error), "status": status_of(error)}
        return _case_page(request, pk, tried=act, form=form, **answer)
    say(request, str(chosen.done), then=str(chosen.then))
    return redirect("studio:case", pk)


@require_POST
@requires(CASES, OPERATE)
def set_data(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one variable of the case another value."""
    case = found_or_404(_with_state, viewer_of(request), pk)
    form = DataForm(request.POST, variables=pictures.variables(case))
    if not form.is_valid():
        return _case_page(request, pk, tried="data", form=form, status=422)
    typed = form.cleaned_data
    try:
        instances.set_variables(
            pk, {typed["name"]: typed["value"]}, by=viewer_of(request).id, reason=typed["reason"]
        )
    except EngineError as error:
        answer = {"problem": detail_of(error), "status": status_of(error)}
        return _case_page(request, pk, tried="data", form=form, **answer)
    said = _("“%(name)s” has its new value.") % {"name": typed["name"]}
    waits = incidents().filter(instance=case, state=1).exists()
    say(request, said, then=_("Now try again what failed.") if waits else "")
    return redirect("studio:case", pk)
