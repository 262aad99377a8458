"""Views say what they need; what says nothing is found by the rights matrix of the tests.

`requires` is for views behind one right; `for_members` for those of everybody who has logged in,
which decide themselves whose rows they show.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from apps.core.access.rights import Rights, rights_of

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
MEMBER = "member"


def require(request: HttpRequest, kind: str, action: str) -> Rights:
    """The rights of whoever asks; raises PermissionDenied unless they may do this."""
    rights = rights_of(int(request.user.pk or 0))
    if not rights.may(kind, action):
        raise PermissionDenied
    return rights


def requires(kind: str, action: str) -> Callable[[View], View]:
    """Let in only those who may do this with that kind; everybody else gets a 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            require(request, kind, action)
            return view(request, *args, **kwargs)

        guarded.right = (kind, str(action))  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def for_members(view: View) -> View:
    """Everybody who has logged in may come here."""
    view.right = MEMBER  # type: ignore[attr-defined]
    return view
