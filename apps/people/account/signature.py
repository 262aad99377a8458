"""One's signature as a picture, shown beside one's decisions on paper.

What is uploaded is never kept: it is decoded, fitted and written anew, so that nothing but its
pixels is left of it."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import IO, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.people.models import Signature, User

FORMATS: Final = ("PNG", "JPEG")
LARGEST: Final = 2 * 2**20  # bytes
MOST_PIXELS: Final = 25_000_000
SIZE: Final = (480, 160)  # pixels in which it is kept


@transaction.atomic
def keep_signature(
    *, user: User, content: IO[bytes], by: int | None = None, now: datetime | None = None
) -> None:
    """The signature from now on. Raises `ValidationError` for what is no such picture."""
    picture = _made_anew(content)
    Signature.objects.update_or_create(
        user=user, defaults={"picture": picture, "changed_at": now or timezone.now()}
    )
    record(Event.USER_CHANGED, by=by, subject=user, after={"signature": len(picture)})


@transaction.atomic
def drop_signature(*, user: User, by: int | None = None) -> None:
    """No signature any more; papers are printed without it from now on."""
    gone, _by_model = Signature.objects.filter(user=user).delete()
    if gone:
        record(Event.USER_CHANGED, by=by, subject=user, before={"signature": True})


def signatures_of(users: Collection[int]) -> Mapping[int, bytes]:
    """User → PNG, of those who have one."""
    found = Signature.objects.filter(user__in=users).values_list("user", "picture")
    return {user: bytes(picture) for user, picture in found}


def _made_anew(content: IO[bytes]) -> bytes:
    size = content.seek(0, 2)
    content.seek(0)
    if not 0 < size <= LARGEST:
        most = LARGEST // 2**20
        raise ValidationError(_("A signature has at most %(most)s MB.") % {"most": most})
    try:
        with Image.open(content, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValidationError(_("The picture is too large; scan only the signature."))
            fitted = ImageOps.contain(ImageOps.exif_transpose(image).convert("RGBA"), SIZE)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValidationError(_("This is no PNG or JPEG picture.")) from error
    out = io.BytesIO()
    Image.frombytes("RGBA", fitted.size, fitted.tobytes()).save(out, "PNG", optimize=True)
    return out.getvalue()
