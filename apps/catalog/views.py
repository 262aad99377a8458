"""Categories of products and tax rates: lists that are kept by administrators."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.catalog.models import ProductCategory, TaxRate
from apps.core.access.actions import Action
from apps.core.access.doors import require, requires
from apps.core.parameters.forms import rows_form
from apps.core.parameters.views import SUBJECT, rows_page, save_rows


@require_http_methods(["GET", "POST"])
@requires(SUBJECT, Action.VIEW)
def edit_basics(request: HttpRequest) -> HttpResponse:
    """Both lists on one page: they are changed once in a few years."""
    sent = request.POST if request.method == "POST" else None
    categories = rows_form(ProductCategory.objects.all(), ("name", "parent", "position"), sent)
    fields = ("name", "percent", "treatment", "valid_from", "valid_to", "position")
    rates = rows_form(TaxRate.objects.all(), fields, sent)
    if sent is not None:
        require(request, SUBJECT, Action.CHANGE)
        if save_rows(request, [categories, rates]):
            return redirect("catalog:basics")
    tables = [(_("Product categories"), categories), (_("Tax rates"), rates)]
    return rows_page(request, _("Categories, tax rates"), tables)
