"""The stages of opportunities: a list that is kept by administrators."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.core.access.actions import Action
from apps.core.access.doors import require, requires
from apps.core.parameters.forms import rows_form
from apps.core.parameters.views import SUBJECT, rows_page, save_rows
from apps.sales.opportunities.models import OpportunityStage

FIELDS = ("name", "win_rate", "position", "active")


@require_http_methods(["GET", "POST"])
@requires(SUBJECT, Action.VIEW)
def edit_stages(request: HttpRequest) -> HttpResponse:
    """Names, order and win rates; what opportunities have stood in can't be taken out."""
    sent = request.POST if request.method == "POST" else None
    stages = rows_form(OpportunityStage.objects.all(), FIELDS, sent)
    if sent is not None:
        require(request, SUBJECT, Action.CHANGE)
        if save_rows(request, [stages]):
            return redirect("sales:stages")
    return rows_page(request, _("Opportunity stages"), [(None, stages)])
