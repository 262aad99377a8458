"""What is said after something was done: what happened, what happens next, and where to go on."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest
from django.template.loader import render_to_string


def say(
    request: HttpRequest,
    what: str,
    *,
    then: str = "",
    links: Sequence[tuple[str, str]] = (),
    level: int = messages.SUCCESS,
) -> None:
    """Show a toast on the next page or fragment; `links` are (label, address). One of the level
    ERROR stays until it is closed."""
    text = render_to_string("core/_toast_text.html", {"what": what, "then": then, "links": links})
    messages.add_message(request, level, text)
