"""Fields of money and quantities. All of them are `Decimal`; none is ever a float."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

NOTHING = MinValueValidator(Decimal(0))
WHOLE = MaxValueValidator(Decimal(100))


def price_field(label: Any, **options: Any) -> models.DecimalField:
    """Yuan for one unit: to 4 places, as cheap parts need them; never negative."""
    return models.DecimalField(
        label, max_digits=16, decimal_places=4, validators=[NOTHING], **options
    )


def money_field(label: Any, **options: Any) -> models.DecimalField:
    """Yuan and fen."""
    return models.DecimalField(label, max_digits=16, decimal_places=2, **options)


def quantity_field(label: Any, **options: Any) -> models.DecimalField:
    """How much of a unit: more than nothing."""
    least = MinValueValidator(Decimal("0.001"))
    return models.DecimalField(
        label, max_digits=14, decimal_places=3, validators=[least], **options
    )


def percent_field(label: Any, places: int = 2, **options: Any) -> models.DecimalField:
    """Between 0 and 100 percent."""
    return models.DecimalField(
        label,
        max_digits=3 + places,
        decimal_places=places,
        validators=[NOTHING, WHOLE],
        **options,
    )
