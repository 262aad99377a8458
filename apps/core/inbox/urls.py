"""The plain inbox."""

from __future__ import annotations

from django.urls import path

from apps.core.inbox import views

app_name = "inbox"

urlpatterns = [
    path("", views.home, name="home"),
    path("tasks/", views.inbox_page, name="inbox"),
    path("tasks/<int:pk>/", views.task_page, name="task"),
    path("tasks/<int:pk>/complete", views.complete, name="complete"),
    path("tasks/<int:pk>/<slug:code>", views.act, name="act"),
    path("instances/<int:pk>/", views.instance_page, name="instance"),
    path("instances/<int:pk>/withdraw", views.withdraw, name="withdraw"),
    path("requests/new/", views.new_request, name="new_request"),
]
