"""Filters of the list of price policies."""

from __future__ import annotations

import django_filters

from apps.sales.pricing.models import PricePolicy


class PricePolicyFilter(django_filters.FilterSet):
    """By what a policy is for."""

    class Meta:
        model = PricePolicy
        fields = ("basis", "product", "customer", "level", "active")
