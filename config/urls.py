"""Addresses: one line an area; each app names its own."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from apps.accountsets.middleware import without_account_set
from apps.core.health.views import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", without_account_set(healthz), name="healthz"),
]
