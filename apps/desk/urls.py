"""The first page and the approval center."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from apps.desk.views import batches, center, settings
from apps.desk.views.home import home

app_name = "desk"

urlpatterns = [
    path("", home, name="home"),
    # Addresses from before the approval center, as they stand in mails and bookmarks.
    path(
        "tasks/",
        RedirectView.as_view(pattern_name="desk:approvals", query_string=True),
        name="tasks",
    ),
    path("tasks/<int:pk>/", RedirectView.as_view(pattern_name="desk:task"), name="old_task"),
    path("approvals/", center.approvals, name="approvals"),
    path("approvals/initiators/", center.initiators, name="initiators"),
    path("approvals/<int:pk>/", center.task_page, name="task"),
    path("approvals/<int:pk>/complete", center.complete, name="complete"),
    path("approvals/<int:pk>/draft", center.draft, name="draft"),
    path("approvals/<int:pk>/<slug:code>", center.act, name="act"),
    path("approvals/cases/<int:pk>/", center.case_page, name="case"),
    path("approvals/cases/<int:pk>/copy", center.send_copy, name="copy"),
    path("approvals/batches/", batches.rehearse, name="rehearse"),
    path("approvals/batches/<int:pk>/", batches.batch_page, name="batch"),
    path("approvals/batches/<int:pk>/confirm", batches.confirm, name="confirm"),
    path("approvals/batches/<int:pk>/results.csv", batches.results, name="results"),
    path("approvals/phrases/", settings.phrases, name="phrases"),
    path("approvals/filters/", settings.save_filter, name="save_filter"),
    path("approvals/filters/<int:pk>/remove", settings.remove_filter, name="remove_filter"),
]
