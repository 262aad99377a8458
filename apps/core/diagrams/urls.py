"""Below the address of a case."""

from __future__ import annotations

from django.urls import path

from apps.core.diagrams import views

app_name = "diagrams"

urlpatterns = [
    path("instances/<int:pk>/film", views.film, name="film"),
    path("instances/<int:pk>/diagrams/<slug:language>/<int:file>.bpmn", views.file, name="file"),
    path("instances/<int:pk>/tables/<int:file>/", views.table, name="table"),
]
