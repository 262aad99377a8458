"""Addresses of the sales team."""

from __future__ import annotations

from django.urls import path

from apps.sales.team.pages import show_team

urlpatterns = [path("sales/team/", show_team, name="team")]
