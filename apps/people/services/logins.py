"""Logins in the audit log."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from apps.core.audit.models import AuditEntry, Event
from apps.core.audit.services import record
from apps.people.models import User


def note_login(*, user: User) -> None:
    """Somebody has logged in."""
    record(Event.LOGGED_IN, by=user.pk, subject=user)


def note_logout(*, user: User) -> None:
    """Somebody has logged out."""
    record(Event.LOGGED_OUT, by=user.pk, subject=user)


def note_refusal(*, username: str, locked: bool) -> None:
    """A login was refused. A lock is noted once, not at each try while it lasts: whoever knocks
    should not be able to fill the log."""
    user = User.objects.filter(username=username.strip().lower()).first()
    key = "" if user is None else f"people.user:{user.pk}"
    label = username.strip()
    if not locked:
        record(Event.LOGIN_FAILED, by=None, subject=key, label=label)
        return
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    noted = AuditEntry.objects.filter(event=Event.LOGIN_LOCKED, label=label, at__gt=since)
    if not noted.exists():
        record(Event.LOGIN_LOCKED, by=None, subject=key, label=label)
