"""Addresses of sales beside those of its kinds, from its packages."""

from __future__ import annotations

from apps.sales.opportunities.urls import urlpatterns as opportunities
from apps.sales.team.urls import urlpatterns as team

app_name = "sales"
urlpatterns = [*opportunities, *team]
