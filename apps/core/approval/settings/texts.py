"""Words for the texts that matrices compare with: 销售合同 for `sales_contract`."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise

_words: Final[dict[str, str | Promise]] = {}


def name_texts(words: dict[str, str | Promise]) -> None:
    """An app says how its texts are called."""
    _words.update(words)


def word_for(text: str) -> str:
    """How a text is shown; as it is, where nobody has named it."""
    return str(_words.get(text, text))


def text_for(word: str) -> str:
    """The text that is meant by what was typed: a word, or the text itself."""
    return next((text for text, known in _words.items() if str(known) == word), word)
