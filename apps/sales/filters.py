"""Filters of the lists of sales."""

from __future__ import annotations

import django_filters

from apps.sales.models import Contact, Customer, PricePolicy


class CustomerFilter(django_filters.FilterSet):
    """By what customers are told apart."""

    class Meta:
        model = Customer
        fields = ("level", "industry", "region", "source", "owner", "active")


class ContactFilter(django_filters.FilterSet):
    """By customer and role."""

    class Meta:
        model = Contact
        fields = ("customer", "role", "primary", "birth_month")


class PricePolicyFilter(django_filters.FilterSet):
    """By what a policy is for."""

    class Meta:
        model = PricePolicy
        fields = ("basis", "product", "customer", "level", "active")
