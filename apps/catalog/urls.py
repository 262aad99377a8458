"""Addresses of the catalog beside its kinds."""

from __future__ import annotations

from django.urls import path

from apps.catalog import views

app_name = "catalog"
urlpatterns = [path("settings/categories/", views.edit_basics, name="basics")]
