"""Filters of the list of contacts."""

from __future__ import annotations

import django_filters

from apps.sales.contacts.models import Contact


class ContactFilter(django_filters.FilterSet):
    """By customer and role."""

    class Meta:
        model = Contact
        fields = ("customer", "role", "primary", "birth_month")
