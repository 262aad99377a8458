"""Addresses of the sales team."""

from __future__ import annotations

from django.urls import path

from apps.sales.team.pages import show_team
from apps.sales.team.week import show_week

urlpatterns = [
    path("sales/team/", show_team, name="team"),
    path("sales/team/week/", show_week, name="team_week"),
]
