"""Celery doors of sales, from its packages."""

from apps.sales.companies.jobs import warn_silent
from apps.sales.customers.jobs import remind_of_dormant

__all__ = ["remind_of_dormant", "warn_silent"]
