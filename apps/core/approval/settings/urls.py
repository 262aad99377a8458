"""Addresses of the approval settings."""

from __future__ import annotations

from django.urls import path

from apps.core.approval.settings import views

app_name = "approval_settings"
urlpatterns = [
    path("settings/approvals/", views.list_matrices, name="matrices"),
    path("settings/approvals/<slug:key>/", views.edit_matrix, name="matrix"),
]
