"""Celery doors of the account sets."""

from __future__ import annotations

from celery import shared_task

from apps.accountsets.sessions import SessionStore


@shared_task(name="accountsets.clear_sessions")
def clear_sessions() -> None:
    """Remove the sessions that have expired."""
    SessionStore.clear_expired()
