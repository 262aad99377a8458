"""Decision codes and what they are called: a diagram names the code, people read the label.

Apps register theirs in a module `decisions.py`, found at start-up.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from engine.registry import Registry

registry: Registry[str | Promise] = Registry("decision")

REMOVED = "removed"
"""Decision of an added approver who was taken off again: nobody has decided."""


def label(code: str) -> str:
    """What a decision is called in the language of the reader; the code itself where no app has
    named it (a diagram of one's own may use any)."""
    return str(registry.get(code) or code)


registry.add(REMOVED, _("Removed"))
