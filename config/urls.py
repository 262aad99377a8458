"""Addresses: one line an area; each app names its own."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path

from apps.accountsets.middleware import without_account_set
from apps.core.health.views import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", without_account_set(login_not_required(healthz)), name="healthz"),
    path("server/", include("apps.accountsets.urls")),
    path("", include("apps.people.urls")),
    path("", include("apps.core.shell.urls")),
    path("", include("apps.desk.urls")),
    path("", include("apps.studio.urls")),
    path("", include("apps.core.inbox.urls")),
    path("", include("apps.core.diagrams.urls")),
    path("", include("apps.core.approval.settings.urls")),
    path("", include("apps.core.parameters.urls")),
    path("", include("apps.catalog.urls")),
    path("", include("apps.sales.urls")),
    path("", include("apps.core.attachments.urls")),
    path("", include("apps.core.transfer.urls")),
    path("", include("apps.core.printing.urls")),
    path("", include("apps.core.kinds.urls")),
    path("api/", include("apps.core.api.urls")),
]

handler400 = "apps.core.inbox.errors.bad_request"
handler403 = "apps.core.inbox.errors.forbidden"
handler404 = "apps.core.inbox.errors.not_found"
handler500 = "apps.core.inbox.errors.server_error"
