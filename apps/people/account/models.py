"""What somebody keeps for themselves beside the login."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Signature(models.Model):
    """How somebody signs: a small picture, made anew from what was uploaded."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    picture = models.BinaryField()  # PNG
    changed_at = models.DateTimeField()

    class Meta:
        app_label = "people"
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")

    def __str__(self) -> str:
        return str(self.user)
