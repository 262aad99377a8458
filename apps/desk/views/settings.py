"""Small things of one's own: phrases, and filters that were given a name."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.inbox.views import viewer_of
from apps.core.kinds.models import SavedView
from apps.desk import filters, services
from apps.desk.models import Phrase
from apps.desk.views.center import PLACE
from engine.exceptions import InvalidData

FILTERS = 20  # of one person


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
    user = viewer_of(request).id
    wanted = filters.read(request.GET)
    name = " ".join(request.POST.get("name", "").replace("\x00", "").split())[:40]
    mine = SavedView.objects.filter(user_id=user, place=PLACE)
    if not name:
        messages.warning(request, _("A filter needs a name."))
    elif mine.count() >= FILTERS and not mine.filter(name=name).exists():
        messages.warning(request, _("There is no room for more filters; remove one first."))
    else:
        query = wanted.address(cursor=None)[:1000]
        SavedView.objects.update_or_create(
            user_id=user, place=PLACE, name=name, defaults={"query": query}
        )
    return redirect(f"{reverse('desk:approvals')}?{wanted.query.urlencode()}")


@require_POST
def remove_filter(request: HttpRequest, pk: int) -> HttpResponse:
    """A filter of the user's own goes."""
    SavedView.objects.filter(user_id=viewer_of(request).id, place=PLACE, pk=pk).delete()
    return redirect("desk:approvals")
