"""Celery doors of the people."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.people.services import announce_substitutes


@shared_task(name="people.announce_substitutes")
def announce() -> None:
    """Let substitutes take over, and hand back, when their time has come."""
    announce_substitutes(now=timezone.now())
