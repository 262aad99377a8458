"""The frame's own addresses."""

from __future__ import annotations

from django.urls import path

from apps.core.shell import views

app_name = "shell"

urlpatterns = [
    path("menu/", views.menu_page, name="menu"),
    path("search/", views.search_page, name="search"),
    path("bell/", views.bell, name="bell"),
]
