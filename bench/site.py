"""The product's addresses and one more: what a request of somebody who has logged in costs where
the view does nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from config import urls

BARE = "bare/"


def bare(request: HttpRequest) -> HttpResponse:
    """Who is asking, and nothing else."""
    return HttpResponse(request.user.get_username())


urlpatterns = [path(BARE, bare), *urls.urlpatterns]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
