"""Filters of the list of products."""

from __future__ import annotations

import django_filters

from apps.catalog.models import Product


class ProductFilter(django_filters.FilterSet):
    """By category, brand, nature and price."""

    standard_price = django_filters.RangeFilter()

    class Meta:
        model = Product
        fields = ("category", "brand", "nature", "active", "standard_price")
