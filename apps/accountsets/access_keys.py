"""Access keys: how API clients, feeds and webhooks come into an account set without a session."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone

from apps.accountsets.models import AccessKey, AccountSet

USE_IS_NOTED_EVERY = timedelta(minutes=1)  # a write per request would cost more than it tells


def issue_access_key(
    *, account_set: AccountSet, user_id: int, purpose: str
) -> tuple[AccessKey, str]:
    """A new key for a user of that set, and its token, which can't be shown again."""
    token = secrets.token_urlsafe(32)
    key = AccessKey.objects.create(
        key_hash=hash_token(token), account_set=account_set, user_id=user_id, purpose=purpose
    )
    return key, token


def revoke_access_key(*, key: AccessKey) -> None:
    """End a key. A second time changes nothing."""
    now = timezone.now()
    AccessKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=now)
    key.refresh_from_db()


def use_access_key(token: str) -> AccessKey | None:
    """The usable key of this token with its open account set, or None. Notes the use."""
    key = AccessKey.objects.usable().filter(key_hash=hash_token(token)).first()
    if key is None or not key.account_set.is_open():
        return None
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > USE_IS_NOTED_EVERY:
        AccessKey.objects.filter(pk=key.pk).update(last_used_at=now)
        key.last_used_at = now
    return key


def hash_token(token: str) -> str:
    """Hex SHA-256. A fast hash is enough: the token is 256 random bits, not a password."""
    return hashlib.sha256(token.encode()).hexdigest()
