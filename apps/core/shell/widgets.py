"""Widgets of forms are drawn once. A page has a dozen filters of which most are never opened, a
form as many fields; from one page to the next most look the same, and drawing those of a list took
a fifth of its time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Final

from django.forms.models import ModelChoiceIteratorValue
from django.forms.renderers import DjangoTemplates
from django.utils.functional import Promise
from django.utils.safestring import SafeData
from django.utils.translation import get_language

KEPT: Final = 1000  # widgets of one process …
LONGEST: Final = 10_000  # … and characters of each: together some ten megabytes at most
TYPED: Final = 500  # characters of a text in it; a longer one is somebody's and seen once
Context = Mapping[str, Any]
Draw = Callable[[str, Any], str]

_kept: dict[bytes, str] = {}  # the oldest first
_keeping = Lock()


class KeptWidgets(DjangoTemplates):
    """Draws forms as Django does."""

    def render(self, template_name: str, context: Any, request: Any = None) -> str:
        if context.keys() == {"widget"}:
            return drawn_widget(super().render, template_name, context)
        return super().render(template_name, context, request)


def drawn_widget(draw: Draw, template: str, context: Context) -> str:
    """The widget as `draw` gives it; as it was the last time, where nothing about it is different.
    Its template may show nothing but the context."""
    try:
        looks = (template, get_language(), _frozen(context))
    except TypeError:  # a file, a value of a kind of its own, a long text
        return draw(template, context)
    key = hashlib.sha256(repr(looks).encode("utf-8", "surrogatepass")).digest()
    html = _kept.get(key)
    if html is None:
        html = draw(template, context)
        if len(html) <= LONGEST:
            _keep(key, html)
    return html


def _keep(key: bytes, html: str) -> None:
    with _keeping:
        _kept[key] = html
        if len(_kept) > KEPT:
            del _kept[next(iter(_kept))]


def _frozen(value: Any) -> Any:
    """Equal for what looks the same only: markup isn't text, `True` isn't 1. Raises TypeError for
    what isn't known to be its value alone, and for what is long."""
    if isinstance(value, str):
        if len(value) > TYPED:
            raise TypeError
        return isinstance(value, SafeData), str(value)
    if value is None or isinstance(value, bool | int):
        return type(value), value
    if isinstance(value, Mapping):
        return tuple((name, _frozen(one)) for name, one in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(_frozen, value))
    if isinstance(value, Promise | ModelChoiceIteratorValue):
        return _frozen(str(value))
    raise TypeError
