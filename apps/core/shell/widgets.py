"""Widgets of forms are drawn once. A page has a dozen filters of which most are never opened, a
form as many fields; from one page to the next most look the same, and drawing those of a list took
a fifth of its time."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from django.forms.models import ModelChoiceIteratorValue
from django.forms.renderers import DjangoTemplates
from django.utils.functional import Promise
from django.utils.safestring import SafeData
from django.utils.translation import get_language

KEPT: Final = 1000  # of one process: some of them have a long list to choose from
Context = Mapping[str, Any]
Draw = Callable[[str, Any], str]


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
        frozen = _frozen(context)
    except TypeError:  # a file, a value of a kind of its own
        return draw(template, context)
    return _kept(_Widget(template, get_language(), frozen, draw, context))


@dataclass(frozen=True, slots=True)
class _Widget:
    """All that a widget shows, and how it is drawn the first time."""

    template: str
    language: str | None
    frozen: Hashable
    draw: Draw = field(compare=False)
    context: Context = field(compare=False)


@lru_cache(KEPT)
def _kept(widget: _Widget) -> str:
    return widget.draw(widget.template, widget.context)


def _frozen(value: Any) -> Hashable:
    """Equal for what looks the same only: markup isn't text, `True` isn't 1. Raises TypeError for
    what isn't known to be its value alone."""
    if isinstance(value, str):
        return isinstance(value, SafeData), str(value)
    if value is None or isinstance(value, bool | int):
        return type(value), value
    if isinstance(value, Mapping):
        return tuple((name, _frozen(one)) for name, one in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(_frozen, value))
    if isinstance(value, Promise | ModelChoiceIteratorValue):
        return False, str(value)
    raise TypeError
