"""What was uploaded to be imported, and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Mode(models.TextChoices):
    """What happens where some of the rows can't be taken."""

    ALL = "all", _("All or nothing")
    GOOD = "good", _("Only what is right")


class ImportState(models.TextChoices):
    """How far an import has come."""

    WAITING = "waiting", _("Under way")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Nothing imported")


class ImportRun(models.Model):
    """A spreadsheet on its way into a kind. Documents up to `done` have been dealt with, for good
    or bad; the number grows in the transaction that has dealt with them."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=64)
    mode = models.CharField(_("mode"), max_length=4, choices=Mode.choices)
    language = models.CharField(max_length=10)
    name = models.CharField(_("file"), max_length=150)
    rows = models.JSONField()  # lists of texts, the heading first
    total = models.PositiveIntegerField(_("documents"))
    state = models.CharField(
        _("state"), max_length=8, choices=ImportState.choices, default=ImportState.WAITING
    )
    done = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(_("added"), default=0)
    errors = models.JSONField(default=list)  # lists of row, column, text
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(fields=["user", "kind", "-id"], name="import_of_user"),
            models.Index(fields=["id"], condition=models.Q(state="waiting"), name="import_waiting"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def refused(self) -> int:
        """Documents that weren't taken."""
        return self.done - self.added
