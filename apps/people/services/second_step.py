"""The second step of the login: a code of the moment (TOTP), or a recovery code."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime
from typing import Final
from urllib.parse import quote

import qrcode
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django_otp.plugins.otp_totp.models import TOTPDevice
from qrcode.image.svg import SvgPathImage

from apps.accountsets.sessions import sign_out_everywhere
from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.people.models import RecoveryCode, User
from apps.people.services.accounts import ALPHABET

CODES: Final = 10
HALF: Final = 5  # characters before and after the hyphen of a recovery code


def has_second_step(user: User) -> bool:
    """Whether the login asks for a code."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


@transaction.atomic
def begin_second_step(*, user: User) -> TOTPDevice:
    """The device to be confirmed: the same until it is."""
    User.objects.select_for_update().get(pk=user.pk)
    device = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return device or TOTPDevice.objects.create(user=user, confirmed=False, name="totp")


def picture_of(device: TOTPDevice, *, issuer: str) -> str:
    """The QR code of a device as the address of an image."""
    address = device.config_url.partition("?")
    name = f"otpauth://totp/{quote(issuer)}:{quote(device.user.username)}"
    image = qrcode.make(
        f"{name}?{address[2]}&issuer={quote(issuer)}", image_factory=SvgPathImage, box_size=12
    )
    return "data:image/svg+xml;base64," + base64.b64encode(image.to_string()).decode()


def secret_of(device: TOTPDevice) -> str:
    """The secret for typing in where no picture can be taken, in groups of four."""
    secret = base64.b32encode(device.bin_key).decode()
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


@transaction.atomic
def confirm_second_step(*, user: User, code: str) -> list[str]:
    """Switch it on, once the device has shown the right code. The recovery codes, which can't be
    shown again. Raises `ValidationError` for a wrong code."""
    device = _locked(user, confirmed=False)
    if device is None or not device.verify_token(code):
        raise ValidationError(
            _("This code is not right. Is the clock of the phone right?"), code="wrong"
        )
    TOTPDevice.objects.filter(user=user, confirmed=True).delete()
    device.confirmed = True
    device.save()
    record(Event.SECOND_STEP_ON, by=user.pk, subject=user)
    return _make_codes(user)


@transaction.atomic
def make_recovery_codes(*, user: User) -> list[str]:
    """New recovery codes; the old ones are worth nothing any more."""
    record(Event.RECOVERY_CODES, by=user.pk, subject=user)
    return _make_codes(user)


@transaction.atomic
def verify_second_step(*, user: User, code: str) -> bool:
    """Whether that is the code of the moment, or a recovery code, which is used up by it. After
    wrong ones none is accepted for a time that doubles: see `blocked_until`."""
    device = _locked(user, confirmed=True)
    if device is None:
        return False
    if not device.verify_is_allowed()[0]:
        return False
    given = code.strip().lower()
    if given.isdigit():
        return bool(device.verify_token(given))
    used, _rows = user.recovery_codes.filter(digest=_digest(user, given)).delete()
    if used:
        device.throttle_reset()
    else:
        device.throttle_increment()
    return bool(used)


def blocked_until(user: User) -> datetime | None:
    """Until when no code is accepted after wrong ones."""
    device = TOTPDevice.objects.filter(user=user, confirmed=True).first()
    if device is None:
        return None
    allowed, why = device.verify_is_allowed()
    return None if allowed or why is None else why.get("locked_until")


@transaction.atomic
def switch_off_second_step(*, user: User, by: int) -> None:
    """The login asks for no code any more; all sessions of somebody else end."""
    TOTPDevice.objects.filter(user=user).delete()
    user.recovery_codes.all().delete()
    if by != user.pk:
        sign_out_everywhere(user_id=user.pk)
    record(Event.SECOND_STEP_OFF, by=by, subject=user)


def _locked(user: User, *, confirmed: bool) -> TOTPDevice | None:
    """One try at a time: a code counts once."""
    devices = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=confirmed)
    return devices.first()


def _make_codes(user: User) -> list[str]:
    user.recovery_codes.all().delete()
    codes = [f"{_letters()}-{_letters()}" for _number in range(CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=_digest(user, code)) for code in codes
    )
    return codes


def _letters() -> str:
    # The first one is no digit, so that no code looks like one of the moment.
    return secrets.choice(ALPHABET[:23]) + "".join(
        secrets.choice(ALPHABET) for _letter in range(HALF - 1)
    )


def _digest(user: User, code: str) -> str:
    """Fast is enough: a code is 49 random bits, and tries are few."""
    return hashlib.sha256(f"{user.pk}:{code}".encode()).hexdigest()
