"""Addresses of parameters and dictionaries."""

from __future__ import annotations

from django.urls import path

from apps.core.parameters import views

app_name = "parameters"
urlpatterns = [
    path("settings/parameters/", views.edit_parameters, name="parameters"),
    path("settings/dictionaries/", views.list_dictionaries, name="dictionaries"),
    path("settings/dictionaries/<slug:code>/", views.edit_dictionary, name="dictionary"),
]
