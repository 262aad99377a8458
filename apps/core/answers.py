"""What a refusal becomes on a page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar

from django.http import HttpRequest, HttpResponseBase

from apps.core.api.problems import detail_of
from apps.core.inbox.errors import error_page
from engine.exceptions import EngineError, NotAllowed, NotFound, WrongState

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

_STATUS: Final = ((NotAllowed, 403), (NotFound, 404), (WrongState, 409))


def status_of(error: EngineError) -> int:
    """The status of the page that tells of a refusal."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 422)


def refusals_as_pages(view: View) -> View:
    """Decorator: what services refuse is answered by a page that says why."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except EngineError as error:
            return error_page(request, status_of(error), detail_of(error))

    return answering  # type: ignore[return-value]
