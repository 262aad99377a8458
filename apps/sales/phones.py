"""Phone numbers: what was typed stays, and beside it what a call shows."""

from __future__ import annotations

import re
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

EXTENSION: Final = re.compile(r"(?:转|轉|分机|分機|ext\.?|#)\s*\d*\s*$", re.IGNORECASE)
HOME: Final = "CN"


def e164(typed: str) -> str:
    """The number as a call shows it (`+8651262880001`), without its extension; "" where what was
    typed is no number."""
    try:
        number = phonenumbers.parse(EXTENSION.sub("", typed.strip()), HOME)
    except NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
