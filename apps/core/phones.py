"""Phone numbers: what was typed stays, and beside it what a call shows."""

from __future__ import annotations

import re
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

EXTENSION: Final = re.compile(r"(?:转|轉|分机|分機|ext\.?|#)\s*\d*\s*$", re.IGNORECASE)
HOME: Final = "CN"
HOME_CODE: Final = 86
LIKE_A_NUMBER: Final = re.compile(r"[\d\s()（）.+＋/-]+")


def e164(typed: str) -> str:
    """The number as a call shows it (`+8651262880001`), without its extension; "" where what was
    typed is no number."""
    number = _parse(typed)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if number else ""


def digits_in_any_form(typed: str) -> str:
    """The digits that every way of writing this number has in a row: without the country's code,
    the leading zero and the extension. "" where what was typed is no number, or only them."""
    if not LIKE_A_NUMBER.fullmatch(EXTENSION.sub("", typed.strip())):
        return ""
    number = _parse(typed)
    if number is None:
        return ""
    national = phonenumbers.national_significant_number(number)
    found = national if number.country_code == HOME_CODE else f"{number.country_code}{national}"
    return "" if found == typed.strip() else found


def _parse(typed: str) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(EXTENSION.sub("", typed.strip()), HOME)
    except NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None
