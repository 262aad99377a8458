"""Cases by the numbers that people know them by."""

from __future__ import annotations

from typing import Final

from django.db.models import Q

from apps.core.inbox import facts
from apps.core.kinds.registry import kinds

LONGEST: Final = 100
DIGITS: Final = 18  # of an id


def numbered(text: str) -> Q:
    """Cases that a number names: their own, that in their business key, as requests have it, or
    that of the document that they are about, whichever of its versions."""
    keys = [text, *(f"{kind}:{text}" for kind in facts.registry)]
    for key in kinds:
        if kinds[key].numbering is not None:
            found = kinds[key].model.objects.filter(number__in={text, text.upper()})
            keys += [f"{key}:{pk}" for pk in found.values_list("pk", flat=True)]
    about = Q(business_key__in=keys)
    own = text.isascii() and text.isdecimal() and len(text) <= DIGITS
    return about | Q(pk=int(text)) if own else about


def typed(text: str) -> str:
    """A number as it was typed: lists show that of a request as #8."""
    return text.replace("\x00", "").strip().removeprefix("#")[:LONGEST]
