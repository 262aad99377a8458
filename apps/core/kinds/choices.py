"""Choices that are shown as badges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from django.db import models


class Coloured(models.TextChoices):
    """States with a colour each: `DRAFT = "draft", "secondary", _("Draft")`. Blue is under way,
    green good, yellow wants something done, red refused, secondary rests."""

    colour: str

    def __new__(cls, value: str, colour: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.colour = colour
        return member

    @classmethod
    def colours(cls) -> Mapping[str, str]:
        """By the values."""
        return {str(member): member.colour for member in cls}
