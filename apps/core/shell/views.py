"""Pages and fragments of the frame: everything in the menu, search, the bell."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.core.shell import search
from apps.core.shell.menu import Menu

WHILE_TYPING: Final = 5  # rows of a kind
ON_THE_PAGE: Final = 25


@require_safe
def menu_page(request: HttpRequest) -> HttpResponse:
    """Everything that this person may use: the fifth tab of a phone."""
    return render(request, "core/shell/menu.html", {"place": _("Everything")})


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """What was found, kind by kind: a page, or the list below the field while somebody types."""
    text = request.GET.get("q", "")
    typing = bool(request.headers.get("HX-Request"))
    found = search.find(int(request.user.pk), text, WHILE_TYPING if typing else ON_THE_PAGE)  # type: ignore[arg-type]
    text = text.strip()
    context = {
        "text": text,
        "found": found,
        "place": _("Search"),
        "nothing": _("Nothing found for “%(text)s”") % {"text": text},
        "hint": _("Look for a part of a number or name, for a phone number, or for initials."),
    }
    return render(request, f"core/shell/{'_found' if typing else 'search'}.html", context)


@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """How much rings, asked for every half minute."""
    return render(request, "core/shell/bell.html", {"bell": Menu(request).bell})
