"""What the picture of a case is made of, for those who may see the case."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from apps.core.diagrams import files, replay
from apps.core.inbox import elements, rows
from apps.core.inbox.views import found_or_404, viewer_of
from apps.core.inbox.visibility import find_instance
from engine.exceptions import InvalidDefinition
from engine.models import ProcessInstance, Resource

DAY = 24 * 3600  # seconds


def _case(request: HttpRequest, pk: int) -> ProcessInstance:
    case: ProcessInstance = found_or_404(find_instance, viewer_of(request), pk)
    return case


def _file(case: ProcessInstance, file: int, suffix: str) -> Resource:
    found = case.definition.resources.filter(pk=file, name__endswith=suffix).first()
    if found is None:
        raise Http404
    return found


@require_safe
def film(request: HttpRequest, pk: int) -> HttpResponse:
    """The case step by step, as JSON."""
    return JsonResponse(replay.film_of(_case(request, pk)))


@require_safe
def file(request: HttpRequest, pk: int, language: str, file: int) -> HttpResponse:
    """A diagram of the case. Its bytes never change, so that it is fetched once a day."""
    found = _file(_case(request, pk), file, files.DIAGRAM)
    return drawing_response(f"{found.pk}{files.DIAGRAM}", bytes(found.content), language)


def drawing_response(name: str, content: bytes, language: str) -> HttpResponse:
    """A diagram for the viewer, in that language. Raises InvalidDefinition."""
    drawn = files.diagram_in(content, language)
    response = file_response(name, drawn, content_type="text/xml; charset=utf-8")
    patch_cache_control(response, private=True, max_age=DAY)
    return response


def file_response(
    name: str, content: bytes, *, content_type: str = "application/xml"
) -> HttpResponse:
    """A file of XML to be saved; a browser neither shows nor guesses it."""
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": content_disposition_header(True, name) or "attachment",
        },
    )


@require_safe
def table(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    """A decision table, to be read."""
    case = _case(request, pk)
    found = _file(case, file, files.TABLE)
    try:
        sheet = files.sheet_of(found.name, bytes(found.content), elements.language())
    except InvalidDefinition as problem:
        raise Http404 from problem
    context = {
        "sheet": sheet,
        "place": sheet.name,
        "breadcrumbs": [(rows.subject_of(case), reverse("inbox:instance", args=[case.pk]))],
    }
    return render(request, "core/diagrams/table.html", context)
