"""The files of records, and of decisions about them."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from engine.models import HumanTask

FOLDER = "attachments"


def random_path(attachment: Any = None, name: str = "") -> str:
    """Where a file lies below the folder of its account set. Nothing of its name is in it."""
    token = secrets.token_hex(16)
    return f"{FOLDER}/{token[:2]}/{token}"


class Attachment(models.Model):
    """A file that belongs to a record, or to a decision in a case about it. Only
    `apps.core.attachments.keeping` writes it."""

    business_key = models.CharField(max_length=200)
    task = models.ForeignKey(HumanTask, models.PROTECT, null=True, related_name="+")
    """The human task that was decided; the trail of its case names the file, which stays."""
    category = models.CharField(_("category"), max_length=32)
    name = models.CharField(_("name"), max_length=150)
    file = models.FileField(_("file"), upload_to=random_path, unique=True)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size"))  # bytes
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField(_("added at"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("added by"),
    )

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        indexes = [models.Index(fields=["business_key", "id"], name="attachment_of")]

    def __str__(self) -> str:
        return self.name
