"""Addresses of export and import."""

from django.urls import path

from apps.core.kinds import addresses  # noqa: F401  (the converter `kind`)
from apps.core.transfer.views import (
    CorrectionPage,
    ExportPage,
    ImportPage,
    RunPage,
    TemplatePage,
)

app_name = "transfer"

urlpatterns = [
    path("<kind:kind>/export/", ExportPage.as_view(), name="export"),
    path("<kind:kind>/import/", ImportPage.as_view(), name="import"),
    path("<kind:kind>/import/template/", TemplatePage.as_view(), name="template"),
    path("<kind:kind>/import/<int:pk>/", RunPage.as_view(), name="run"),
    path("<kind:kind>/import/<int:pk>/correction/", CorrectionPage.as_view(), name="correction"),
]
