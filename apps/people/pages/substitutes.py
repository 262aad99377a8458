"""Substitutes: one's own for everybody, those of others for whoever may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core.access.actions import Action
from apps.core.access.doors import for_members
from apps.core.access.rights import rights_of
from apps.people import services
from apps.people.models import Employee, Substitute
from apps.people.pages.forms import SubstituteForm, colleagues, save

KIND = "people.substitute"


@for_members
def substitute_list(request: HttpRequest) -> HttpResponse:
    """Who stands in for whom now and later; appoint somebody."""
    rights, user = rights_of(request.user.pk), request.user.pk
    of_others = rights.may(KIND, Action.ADD)
    now = timezone.now()
    tomorrow = timezone.localtime(now).replace(hour=9, minute=0, second=0) + timedelta(days=1)
    principals = colleagues() if of_others else Employee.objects.employed().filter(pk=user)
    form = SubstituteForm(
        request.POST or None,
        principals=principals,
        initial={
            "principal": user,
            "starts_at": tomorrow,
            "ends_at": tomorrow.replace(hour=18) + timedelta(days=2),
        },
    )

    def act(data: dict[str, Any]) -> None:
        services.appoint_substitute(by=user, **data)

    if save(form, act):
        messages.success(request, _("Saved."))
        return redirect("people:substitutes")
    rows = Substitute.objects.filter(ends_at__gt=now).select_related(
        "principal__user", "substitute__user"
    )
    if not rights.may(KIND, Action.VIEW):
        rows = rows.filter(Q(principal=user) | Q(substitute=user))
    may_end = rights.may(KIND, Action.DELETE)
    context = {
        "place": _("Substitutes"),
        "rows": [
            {
                "row": row,
                "now": row.starts_at <= now,
                "may_end": may_end or row.principal_id == user,
            }
            for row in rows.order_by("starts_at", "pk")
        ],
        "form": form,
    }
    return render(request, "people/substitutes.html", context, status=422 if form.errors else 200)


@for_members
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The absent person is back, or does not go."""
    row = get_object_or_404(Substitute, pk=pk)
    if row.principal_id != request.user.pk:
        rights = rights_of(request.user.pk)
        if not rights.may(KIND, Action.DELETE):
            raise PermissionDenied
    services.end_substitution(substitute=row, by=request.user.pk)
    messages.success(request, _("Done."))
    return redirect("people:substitutes")
