"""Filters of the list of customers."""

from __future__ import annotations

import django_filters

from apps.sales.customers.models import Customer


class CustomerFilter(django_filters.FilterSet):
    """By what customers are told apart."""

    class Meta:
        model = Customer
        fields = ("level", "industry", "region", "source", "owner", "active")
