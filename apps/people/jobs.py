"""Celery doors of the people."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.people.services import announce_first_days, announce_substitutes


@shared_task(name="people.announce")
def announce() -> None:
    """Let substitutes take over, and hand back, when their time has come; whoever begins to work
    here is asked from the first day on."""
    now = timezone.now()
    announce_substitutes(now=now)
    announce_first_days(today=timezone.localdate(now))
