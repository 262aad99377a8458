"""Whose success it is: of who had it when it came about, in the department of that day. Whoever
looks after it later, say for somebody who has left, doesn't get it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any, ClassVar, Final

import django_filters
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

FIELDS: Final = ("credited_to", "credited_unit")


class Credited(models.Model):
    """A record that is a success once something has come about. Where nothing is kept, as of what
    another program has loaded, it is its owner's."""

    credited_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("success of"),
    )
    credited_unit = models.ForeignKey(
        "people.Department",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        db_index=False,
        verbose_name=_("success of the department"),
    )

    class Meta:
        abstract = True

    owner_id: ClassVar[Any]
    department_id: ClassVar[Any]

    def credit(self) -> None:
        """It has come about; the caller saves FIELDS."""
        self.credited_to_id, self.credited_unit_id = self.owner_id, self.department_id

    def take_back_credit(self) -> None:
        """It hasn't after all; the caller saves FIELDS."""
        self.credited_to_id = self.credited_unit_id = None


def of_people(users: Collection[int]) -> Q:
    """Records that are the success of one of them, should they be one."""
    return Q(credited_to__in=users) | Q(credited_to=None, owner__in=users)


Credits = Mapping[tuple[int, int], Decimal]
"""What was reached, by person and department."""


def by_credit(rows: QuerySet[Any], sums: models.Aggregate) -> Credits:
    """The sum of these rows for each person in each department."""
    shared = rows.order_by().values_list(
        Coalesce("credited_to", "owner"), Coalesce("credited_unit", "department")
    )
    return {(user, unit): Decimal(number) for user, unit, number in shared.annotate(sums)}


def of_each_person(reached: Credits) -> dict[int, Decimal]:
    """Without the departments."""
    return _sums((user, amount) for (user, _unit), amount in reached.items())


def of_each_unit(reached: Credits) -> dict[int, Decimal]:
    """Without the people."""
    return _sums((unit, amount) for (_user, unit), amount in reached.items())


def _sums(pairs: Iterable[tuple[int, Decimal]]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    for key, amount in pairs:
        found[key] = found.get(key, Decimal(0)) + amount
    return found


class CreditFilter(django_filters.ModelChoiceFilter):
    """Whose success it is, in a list."""

    def __init__(self) -> None:
        people = get_user_model()._default_manager.all()
        super().__init__(field_name="credited_to", queryset=people, label=_("Success of"))

    def filter(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return rows if value is None else rows.filter(of_people([value.pk]))
