"""Filters of the list of contacts."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.sales.contacts.models import Contact, ContactQuerySet


class ContactFilter(django_filters.FilterSet):
    """By customer, role and birthday."""

    birthday = django_filters.ChoiceFilter(
        label=_("Birthday"),
        method="by_birthday",
        choices=[
            ("0", pgettext_lazy("birthday", "Today")),
            ("7", _("Within 7 days")),
            ("30", _("Within 30 days")),
        ],
    )

    class Meta:
        model = Contact
        fields = ("customer", "role", "birthday", "primary", "owner", "birth_month")

    def by_birthday(self, rows: ContactQuerySet, name: str, value: Any) -> ContactQuerySet:
        return rows.with_birthday(within=int(value))
