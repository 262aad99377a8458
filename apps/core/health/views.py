"""`/healthz`."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.core.health.checks import WELL, check_all


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when all is well, 503 otherwise; the body says which is not. No login."""
    found = check_all()
    well = all(answer == WELL for answer in found.values())
    return JsonResponse({"well": well, "parts": found}, status=200 if well else 503)
