"""Celery doors of customers."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.sales.customers.waking import remind_owners


@shared_task(name="sales.remind_of_dormant")
def remind_of_dormant() -> None:
    """Remind the owners of dormant customers whose day has come."""
    remind_owners(now=timezone.now())
