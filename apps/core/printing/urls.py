"""Addresses of what is printed."""

from django.urls import path

from apps.core.kinds import addresses  # noqa: F401  (the converter `kind`)
from apps.core.printing.views import PdfPage, PrintPage

app_name = "printing"

urlpatterns = [
    path("<kind:kind>/<int:pk>/print/", PrintPage.as_view(), name="page"),
    path("<kind:kind>/<int:pk>/pdf/", PdfPage.as_view(), name="pdf"),
]
