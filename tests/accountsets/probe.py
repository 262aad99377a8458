"""Small views that look at everything an account set has of its own; addresses for the tests."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.urls import include, path
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accountsets.routing import current_set, scoped
from apps.people.models import Department, User

FILE = "letter.txt"


def look(request: HttpRequest) -> JsonResponse:
    """What this request sees: rows with ids that exist in both sets."""
    return JsonResponse(
        {
            "set": current_set(),
            "me": request.user.display_name,
            "user_1": User.objects.get(pk=request.user.pk).display_name,
            "departments": list(Department.objects.values_list("name", flat=True)),
            "content_type": ContentType.objects.get_for_model(User).pk,
            "lock": scoped("import"),
        }
    )


def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Reads its rows after the view and all middleware have returned."""

    def body() -> Iterator[str]:
        yield from Department.objects.values_list("name", flat=True)

    return StreamingHttpResponse(body())


def remember(request: HttpRequest) -> JsonResponse:
    """Keep something in the cache and in a file, and tell what was there."""
    before = cache.get("note")
    file_before = default_storage.exists(FILE)
    cache.set("note", request.user.display_name, 60)
    if not file_before:
        default_storage.save(FILE, ContentFile(request.user.display_name.encode()))
    with default_storage.open(FILE) as file:
        written = file.read().decode()
    return JsonResponse({"before": before, "file_before": file_before, "file": written})


@api_view()
def look_by_api(request: Request) -> Response:
    return Response({"set": current_set(), "me": request.user.display_name})


urlpatterns = [
    path("look/", look),
    path("stream/", stream),
    path("remember/", remember),
    path("api/look/", look_by_api),
    path("", include("config.urls")),
]
