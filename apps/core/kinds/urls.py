"""Addresses of all kinds (`apps.core.kinds.addresses`)."""

from __future__ import annotations

from django.urls import path

from apps.core.kinds import addresses  # noqa: F401  (the converter `kind`)
from apps.core.kinds.commands import commands_of
from apps.core.kinds.registry import kinds
from apps.core.kinds.views.acts import BulkPage, CommandPage
from apps.core.kinds.views.forms import (
    ChoicesPage,
    CopyPage,
    EditPage,
    NewPage,
    PreviewPage,
    QuickPage,
)
from apps.core.kinds.views.lists import ColumnsPage, ListPage, ViewsPage
from apps.core.kinds.views.pages import RecordPage

app_name = "kinds"

# A command of one kind is an address of all; the others answer 404.
COMMANDS = sorted({name for key in kinds for name in commands_of(kinds[key])})

urlpatterns = [
    path("<kind:kind>/", ListPage.as_view(), name="list"),
    path("<kind:kind>/columns/", ColumnsPage.as_view(), name="columns"),
    path("<kind:kind>/views/", ViewsPage.as_view(), name="views"),
    path("<kind:kind>/bulk/", BulkPage.as_view(), name="bulk"),
    path("<kind:kind>/choices/<str:place>/", ChoicesPage.as_view(), name="choices"),
    path("<kind:kind>/new/", NewPage.as_view(), name="new"),
    path("<kind:kind>/quick/", QuickPage.as_view(), name="quick"),
    path("<kind:kind>/preview/", PreviewPage.as_view(), name="preview"),
    path("<kind:kind>/<int:pk>/", RecordPage.as_view(), name="page"),
    path("<kind:kind>/<int:pk>/edit/", EditPage.as_view(), name="edit"),
    path("<kind:kind>/<int:pk>/copy/", CopyPage.as_view(), name="copy"),
    path("<kind:kind>/<int:pk>/preview/", PreviewPage.as_view(), name="preview_of"),
    *(
        path(
            f"<kind:kind>/<int:pk>/{name}/",
            CommandPage.as_view(name=name),
            name=name,
        )
        for name in COMMANDS
    ),
]
