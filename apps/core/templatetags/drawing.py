"""`{% drawn "a/template.html" name=value %}`: like `include`, of a part that shows nothing but
these values and is kept (`apps.core.shell.drawing`)."""

from __future__ import annotations

from django import template

from apps.core.shell import drawing

register = template.Library()
register.simple_tag(drawing.drawn)
