"""What could not be done, in all cases: tried again, or left out."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.core.access.actions import Action
from apps.core.access.doors import requires
from apps.core.access.rights import rights_of
from apps.core.answers import refusals_as_pages
from apps.core.api.problems import detail_of
from apps.core.kinds.choosing import key_of
from apps.core.operating import CASES, OPERATE
from apps.core.shell.toasts import say
from apps.people.pages.paging import page_of
from apps.studio.troubles import incidents, troubles
from engine import incidents as engine
from engine.exceptions import EngineError
from engine.models import Incident

MOST = 50  # tried again at once: a page of them


@require_safe
@requires(CASES, Action.VIEW)
def list_incidents(request: HttpRequest) -> HttpResponse:
    """The open ones, the latest first; or those that are resolved."""
    resolved = request.GET.get("state") == "resolved"
    state = Incident.State.RESOLVED if resolved else Incident.State.OPEN
    page = page_of(incidents().filter(state=state), "-pk", request.GET.get("cursor", ""))
    context = {
        "place": _("Incidents"),
        "rows": troubles(page.rows),
        "resolved": resolved,
        "next": page.next,
        "previous": page.previous,
        "may_operate": rights_of(int(request.user.pk or 0)).may(CASES, OPERATE),
    }
    return render(request, "studio/incidents.html", context)


@require_POST
@requires(CASES, OPERATE)
def retry(request: HttpRequest) -> HttpResponse:
    """Try those again that were chosen, each for itself."""
    typed = request.POST.getlist("incident")[:MOST]
    chosen = [pk for pk in map(key_of, typed) if pk]
    if not chosen:
        say(request, _("Choose what to try again first."), level=messages.WARNING)
        return _back(request)
    done = 0
    for pk in chosen:
        try:
            engine.retry(pk, by=int(request.user.pk or 0))
            done += 1
        except EngineError as error:
            say(request, detail_of(error), level=messages.ERROR)
    if done:
        said = ngettext("%(number)d is tried again.", "%(number)d are tried again.", done)
        say(
            request,
            said % {"number": done},
            then=_("What fails once more comes back as a new incident."),
        )
    return _back(request)


@require_POST
@requires(CASES, OPERATE)
@refusals_as_pages
def skip(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on without it."""
    engine.skip(pk, by=int(request.user.pk or 0))
    say(request, _("Skipped."), then=_("The trail says that it was left out, and by whom."))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To the case whose page asked, else to the list."""
    case = key_of(request.POST.get("case", ""))
    if case:
        return redirect("studio:case", case)
    return HttpResponseRedirect(reverse("studio:incidents"))
