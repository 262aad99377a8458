"""Celery doors of sales, from its packages."""

from apps.sales.companies.jobs import warn_silent

__all__ = ["warn_silent"]
