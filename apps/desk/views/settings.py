"""Small things of one's own: phrases, and filters that were given a name."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.access.rights import rights_of
from apps.core.inbox.views import viewer_of
from apps.core.kinds.saved_views import delete_view, save_view
from apps.core.kinds.views.lists import saved_as
from apps.desk import filters, services
from apps.desk.models import Phrase
from apps.desk.views.center import PLACE
from engine.exceptions import InvalidData


@require_http_methods(["GET", "HEAD", "POST"])
def phrases(request: HttpRequest) -> HttpResponse:
    """The phrases that are offered when an opinion is written."""
    user = viewer_of(request).id
    typed, problem = request.POST.get("text", ""), ""
    if request.method == "POST":
        remove = request.POST.get("remove", "")
        try:
            if remove.isdecimal():
                services.remove_phrase(user=user, phrase=int(remove[:18]))
            else:
                services.add_phrase(user=user, text=typed)
        except InvalidData as error:
            problem = str(error)
        else:
            return redirect("desk:phrases")
    context = {
        "phrases": Phrase.objects.filter(Q(owner_id=user) | Q(owner=None)),
        "typed": typed,
        "problem": problem,
        "place": _("Phrases"),
        "breadcrumbs": [(_("Approval center"), reverse("desk:approvals"))],
    }
    return render(request, "desk/phrases.html", context, status=422 if problem else 200)


@require_POST
def save_filter(request: HttpRequest) -> HttpResponse:
    """Give the filter in the address a name; the same name again replaces it."""
    wanted = filters.read(request.GET)
    try:
        view = save_view(
            rights=rights_of(viewer_of(request).id),
            place=PLACE,
            name=request.POST.get("name", ""),
            query=wanted.address(cursor=None),
            share="share" in request.POST,
        )
    except InvalidData as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, saved_as(view))
    return redirect(f"{reverse('desk:approvals')}?{wanted.query.urlencode()}")


@require_POST
def remove_filter(request: HttpRequest, pk: int) -> HttpResponse:
    """A filter of the user's own goes."""
    delete_view(rights=rights_of(viewer_of(request).id), place=PLACE, view=pk)
    return redirect("desk:approvals")
