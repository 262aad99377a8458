"""What is deployed: processes, their versions, and their files."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core import deploying
from apps.core.access.actions import Action
from apps.core.access.doors import requires
from apps.core.access.rights import rights_of
from apps.core.answers import refusals_as_pages
from apps.core.deploying import DEPLOY, SUBJECT
from apps.core.diagrams.files import DIAGRAM, TABLE, diagrams_of, sheet_of
from apps.core.diagrams.views import drawing_response, file_response
from apps.core.inbox.elements import language, process_label
from apps.core.inbox.outline import parts_of
from apps.core.inbox.wording import names_of
from apps.core.operating import CASES
from apps.core.shell.toasts import say
from engine import definitions, files
from engine.exceptions import InvalidDefinition
from engine.models import (
    Deployment,
    InstanceState,
    ProcessDefinition,
    ProcessInstance,
    Resource,
)

LIVING = ProcessInstance.objects.filter(state__lte=InstanceState.SUSPENDED)


@require_safe
@requires(SUBJECT, Action.VIEW)
def processes(request: HttpRequest) -> HttpResponse:
    """Processes in force, and files that are stored."""
    return processes_page(request)


def processes_page(request: HttpRequest, *, problem: str = "") -> HttpResponse:
    """The page; with a problem, of a file that wasn't taken."""
    found = list(definitions.latest_definitions().select_related("deployment"))
    running = _running()
    stored = files.newest()
    people = [row.deployment.deployed_by for row in found] + [row.made_by for row in stored]
    names, rights = names_of(people), rights_of(int(request.user.pk or 0))
    context = {
        "processes": [
            {
                "row": row,
                "label": process_label(row),
                "by": names.get(row.deployment.deployed_by or 0, ""),
                "changed": row.deployment.source == Deployment.Source.ADMIN,
                "running": running.get(row.key, 0),
            }
            for row in found
        ],
        "files": [{"row": row, "by": names.get(row.made_by, "")} for row in stored],
        "may_add": rights.may(SUBJECT, Action.ADD),
        "may_see_cases": rights.may(CASES, Action.VIEW),
        "problem": problem,
    }
    return render(request, "studio/processes.html", context, status=422 if problem else 200)


def _running() -> dict[str, int]:
    """Key → cases under way, of all versions."""
    return dict(LIVING.values_list("definition__key").annotate(Count("pk")).order_by())


@require_safe
@requires(SUBJECT, Action.VIEW)
def definition(request: HttpRequest, key: str, version: int | None = None) -> HttpResponse:
    """One version of a process: its drawing, its outline, its files, and the other versions."""
    rows = ProcessDefinition.objects.filter(key=key).select_related("deployment").defer("compiled")
    versions = list(rows.order_by("-version"))
    found = next((row for row in versions if version in (None, row.version)), None)
    if found is None:
        raise Http404
    resources = list(found.resources.order_by("name"))
    diagram = diagrams_of(found).get(key)
    rights = rights_of(int(request.user.pk or 0))
    names, running = names_of(row.deployment.deployed_by for row in versions), _living_of(key)
    context = {
        "place": process_label(found),
        "breadcrumbs": [(_("Processes"), reverse("studio:processes"))],
        "found": found,
        "newest": versions[0],
        "may_hold": rights.may(SUBJECT, DEPLOY),
        "may_see_cases": rights.may(CASES, Action.VIEW),
        "changed": found.deployment.source == Deployment.Source.ADMIN,
        "versions": [
            (row, names.get(row.deployment.deployed_by or 0, ""), running.get(row.version, 0))
            for row in versions
        ],
        "files": [{"row": row, "table": row.name.endswith(TABLE)} for row in resources],
        "drawing": diagram and reverse("studio:drawing", args=[diagram.pk, language() or "en"]),
        "parts": parts_of([(row.name, bytes(row.content)) for row in resources], first=key),
    }
    return render(request, "studio/definition.html", context)


def _living_of(key: str) -> dict[int, int]:
    """Version → cases under way."""
    living = LIVING.filter(definition__key=key)
    return dict(living.values_list("definition__version").annotate(Count("pk")).order_by())


@require_POST
@requires(SUBJECT, DEPLOY)
@refusals_as_pages
def set_suspended(request: HttpRequest, key: str, *, suspended: bool) -> HttpResponse:
    """Let nothing new start, or let new cases start again."""
    deploying.set_suspended(key, suspended=suspended, by=int(request.user.pk or 0))
    if suspended:
        say(request, _("Suspended"), then=_("Nothing new starts; cases under way go on."))
    else:
        say(request, _("Resumed"), then=_("New cases may start again."))
    return redirect("studio:definition", key)


@require_safe
@requires(SUBJECT, Action.VIEW)
def original(request: HttpRequest, pk: int) -> HttpResponse:
    """A deployed file, byte for byte as it came."""
    found = get_object_or_404(Resource, pk=pk)
    return file_response(found.name, bytes(found.content))


@require_safe
@requires(SUBJECT, Action.VIEW)
def drawing(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """A deployed diagram for the viewer."""
    found = get_object_or_404(Resource, pk=pk, name__endswith=DIAGRAM)
    return drawing_response(found.name, bytes(found.content), language)


@require_safe
@requires(SUBJECT, Action.VIEW)
def table(request: HttpRequest, pk: int) -> HttpResponse:
    """A deployed decision table, to be read."""
    found = get_object_or_404(Resource, pk=pk, name__endswith=TABLE)
    context: dict[str, Any] = {"breadcrumbs": [(_("Processes"), reverse("studio:processes"))]}
    try:
        context["sheet"] = sheet_of(found.name, bytes(found.content), language())
    except InvalidDefinition as problem:
        raise Http404 from problem
    context["place"] = context["sheet"].name
    return render(request, "core/diagrams/table.html", context)
