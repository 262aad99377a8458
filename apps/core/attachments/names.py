"""Names of files as strangers write them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST: Final = 150
_SEPARATORS = re.compile(r"[/\\:]")


def clean_name(name: str) -> str:
    """The last part of a name without control characters, without marks that turn the direction of
    writing (`cod.exe` would read `exe.doc`), without dots in front, of limited length. Its ending
    stays."""
    last = _SEPARATORS.split(unicodedata.normalize("NFC", name))[-1]
    # Cc: control, Cf: format (bidi marks, zero width), Cs: lone surrogates, Co and Cn: nobody's.
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    kept = " ".join(kept.split()).lstrip(". ").rstrip(". ")
    stem, dot, ending = kept.rpartition(".")
    if not dot:
        return kept[:LONGEST]
    return f"{stem[: LONGEST - 1 - len(ending)]}.{ending}" if len(ending) < 20 else kept[:LONGEST]


def ending_of(name: str) -> str:
    """What stands behind the last dot, in lower case; "" where there is none."""
    stem, _dot, ending = name.rpartition(".")
    return ending.lower() if stem else ""
