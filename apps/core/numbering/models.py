"""How far each series has come."""

from __future__ import annotations

from django.db import models


class NumberSeries(models.Model):
    """The last number given in a series of a kind, such as `XS-202611-`."""

    kind = models.CharField(max_length=100)
    series = models.CharField(max_length=60)
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "series"], name="number_series_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.series}{self.last}"
