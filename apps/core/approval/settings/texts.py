"""What the texts of a matrix can be, and how they are called: 销售合同 for `sales_contract`.

Where an app has told, rows choose among these; any other text can never be that of a document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.functional import Promise

from engine.registry import Registry

Words = Mapping[str, str | Promise]

_known: Final[Registry[Callable[[], Words]]] = Registry("texts of a matrix")


def offer_texts(matrix: str, name: str, words: Words | Callable[[], Words]) -> None:
    """An app says what the input `name` of a matrix can be: texts, and what they are called."""
    _known.add(_key(matrix, name), words if callable(words) else lambda: words)


def offered_texts(matrix: str, name: str) -> tuple[tuple[str, str], ...]:
    """Text and word of each; empty where nobody has told."""
    words = _known.get(_key(matrix, name))
    return tuple((text, str(word)) for text, word in words().items()) if words else ()


def _key(matrix: str, name: str) -> str:
    return f"{matrix}.{name}"
