"""Celery doors of the yellow pages."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.sales.companies import services


@shared_task(name="sales.warn_silent")
def warn_silent() -> None:
    """Warn the owners of companies that go back soon."""
    services.warn_silent(now=timezone.now())
