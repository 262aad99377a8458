"""Writing the audit log: in the transaction of the act itself."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from django.core.signals import request_finished, request_started
from django.db import models
from django.utils import timezone

from apps.core.audit.models import AuditEntry, Event
from engine.trail import plain

LABEL = 200  # characters of a name that are kept
REASON = 500

_address: ContextVar[str | None] = ContextVar("address of the request", default=None)


def record(
    event: Event,
    *,
    by: int | None,
    subject: models.Model | str | None = None,
    label: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Write what `by` (None: the system) has done, with the address of the request.

    `subject` is what it concerns: a row, or "kind:id" of what is none; `label` is its name where
    that isn't what the row is called.
    Values are written as the trail writes them: dates and decimals as text. Never pass secrets."""
    key = name = subject if isinstance(subject, str) else ""
    if isinstance(subject, models.Model):
        key, name = f"{subject._meta.label_lower}:{subject.pk}", str(subject)
    return AuditEntry.objects.create(
        at=timezone.now(),
        actor=by,
        address=_address.get(),
        event=event,
        subject=key,
        label=plain(label or name)[:LABEL],
        before=plain(before or {}),
        after=plain(after or {}),
        reason=plain(reason)[:REASON],
    )


def _begin(environ: Mapping[str, Any] | None = None, **signal: Any) -> None:
    address = (environ or {}).get("REMOTE_ADDR", "")
    try:
        _address.set(str(ipaddress.ip_address(address)))
    except ValueError:  # a socket has no address
        _address.set(None)


def _end(**signal: Any) -> None:
    _address.set(None)


request_started.connect(_begin, dispatch_uid="audit: where the request comes from")
request_finished.connect(_end, dispatch_uid="audit: no request any more")
