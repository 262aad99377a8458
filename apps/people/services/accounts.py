"""Logins: passwords, sessions, language, who may log in."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accountsets.lockout import unlock
from apps.accountsets.sessions import sign_out_everywhere
from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.people.models import User
from apps.people.services.employees import set_active
from apps.people.services.telling import difference, values

ONE_TIME_FOR: Final = timedelta(days=3)
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like something else


@transaction.atomic
def change_password(*, user: User, password: str, keep_session: str | None = None) -> None:
    """Set a password that the validators accept, and end all other sessions of the user.

    Raises `ValidationError`."""
    validate_password(password, user)
    if user.one_time_until is not None and user.check_password(password):
        raise ValidationError(_("Choose another password than the one you were given."))
    user.set_password(password)
    user.one_time_until = None
    user.save(update_fields=["password", "one_time_until"])
    sign_out_everywhere(user_id=user.pk, keep=keep_session)
    record(Event.PASSWORD_CHANGED, by=user.pk, subject=user)


@transaction.atomic
def reset_password(*, user: User, by: int | None) -> str:
    """A password for one login within three days, at which another one must be chosen. It can't be
    shown again. All sessions of the user end, a lock-out too."""
    password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
    user.set_password(password)
    user.one_time_until = timezone.now() + ONE_TIME_FOR
    user.save(update_fields=["password", "one_time_until"])
    sign_out_everywhere(user_id=user.pk)
    unlock(user.username)
    record(Event.PASSWORD_RESET, by=by, subject=user)
    return password


@transaction.atomic
def change_user(
    *,
    user: User,
    username: str,
    display_name: str,
    email: str,
    language: str,
    by: int | None = None,
) -> None:
    """What the form of a user holds. Raises `ValidationError`, for instance for a name taken."""
    names = ("username", "display_name", "email", "language")
    before = values(user, *names)
    user.username, user.display_name = username.lower(), display_name
    user.email, user.language = email, language
    user.full_clean(exclude=["password"])
    user.save(update_fields=names)
    old, new = difference(before, values(user, *names))
    if new:
        record(Event.USER_CHANGED, by=by, subject=user, before=old, after=new)


@transaction.atomic
def enable_user(*, user: User, by: int | None) -> None:
    """Let somebody log in again who has not left."""
    set_active(user.employee, True, by=by)


@transaction.atomic
def unlock_login(*, user: User, by: int | None) -> None:
    """Forget the wrong passwords that were tried for this user."""
    if unlock(user.username):
        record(Event.LOGIN_UNLOCKED, by=by, subject=user)


@transaction.atomic
def end_sessions(*, user: User, by: int, keep: str | None = None) -> None:
    """Sign somebody out everywhere, but of the session `keep`."""
    sign_out_everywhere(user_id=user.pk, keep=keep)
    record(Event.SESSIONS_ENDED, by=by, subject=user)


@transaction.atomic
def choose_language(*, user: User, language: str) -> None:
    """Remember in which language somebody reads. Raises `ValidationError` for an unknown one."""
    user.language = language
    user.full_clean(exclude=["password"])
    user.save(update_fields=["language"])
