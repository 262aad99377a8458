"""Cases, and new requests."""

from __future__ import annotations

from django.urls import path

from apps.core.inbox import views

app_name = "inbox"

urlpatterns = [
    path("instances/<int:pk>/", views.instance_page, name="instance"),
    path("instances/<int:pk>/withdraw", views.withdraw, name="withdraw"),
    path("requests/new/", views.new_request, name="new_request"),
]
