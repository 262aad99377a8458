"""Addresses of the studio."""

from __future__ import annotations

from django.urls import path

from apps.studio.views import cases, definitions, files, incidents

app_name = "studio"

urlpatterns = [
    path("processes/", definitions.processes, name="processes"),
    path("processes/upload/", files.upload, name="upload"),
    path("processes/definitions/<str:key>/", definitions.definition, name="definition"),
    path(
        "processes/definitions/<str:key>/<int:version>/", definitions.definition, name="definition"
    ),
    path("processes/resources/<int:pk>/original/", definitions.original, name="original"),
    path("processes/resources/<int:pk>/<slug:language>.bpmn", definitions.drawing, name="drawing"),
    path("processes/resources/<int:pk>/table/", definitions.table, name="table"),
    path("processes/files/<int:pk>/", files.file, name="file"),
    path("processes/files/<int:pk>/<int:number>/", files.file, name="file"),
    path("processes/files/<int:pk>/<int:number>/original/", files.original, name="file_original"),
    path(
        "processes/files/<int:pk>/<int:number>/<slug:language>.bpmn",
        files.drawing,
        name="file_drawing",
    ),
    path("processes/files/<int:pk>/repair/", files.repair, name="repair"),
    path("processes/files/<int:pk>/restore/", files.restore, name="restore"),
    path("processes/files/<int:pk>/deploy/", files.deploy, name="deploy"),
    path(
        "processes/definitions/<str:key>/suspend",
        definitions.set_suspended,
        {"suspended": True},
        name="suspend",
    ),
    path(
        "processes/definitions/<str:key>/resume",
        definitions.set_suspended,
        {"suspended": False},
        name="resume",
    ),
    path("processes/cases/", cases.list_cases, name="cases"),
    path("processes/cases/<int:pk>/", cases.show_case, name="case"),
    path("processes/cases/<int:pk>/data", cases.set_data, name="set_data"),
    path("processes/cases/<int:pk>/timer", cases.move_timer, name="move_timer"),
    path("processes/cases/<int:pk>/<slug:act>", cases.steer, name="steer"),
    path("processes/incidents/", incidents.list_incidents, name="incidents"),
    path("processes/incidents/retry", incidents.retry, name="retry"),
    path("processes/incidents/<int:pk>/skip", incidents.skip, name="skip"),
]
