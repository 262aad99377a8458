"""Marking what has changed since the reader last saw a document."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def changed(context: template.Context, path: str, value: Any) -> SafeString | str:
    """The value; where it has changed, marked, with the old one struck through before it."""
    changes = context.get("changes")
    if not changes or path not in changes.values:
        return str(value)
    before = changes.values[path]
    old = format_html('<del class="text-xs">{}</del> ', before) if before else ""
    return format_html('{}<ins class="ld-changed">{}</ins>', old, value)
