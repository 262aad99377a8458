"""Files that were brought in, whether they run or not."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from engine.models.definitions import Deployment


class StoredFile(models.Model):
    """A BPMN or DMN file of any tool, with all its versions. Known by its name and by what it
    defines: tools call every other file “diagram_1.bpmn”."""

    name = models.CharField(max_length=120)
    key = models.CharField(
        max_length=100, blank=True, help_text=_("id of the first process or decision in it")
    )
    title = models.CharField(max_length=200, blank=True, help_text=_("name of that"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "key"], name="engine_file_once")]

    def __str__(self) -> str:
        return self.name


class FileVersion(models.Model):
    """The bytes as they came, or as a repair left them. Never changed, never deleted."""

    class Origin(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        REPAIRED = "repaired", _("Repaired")
        RESTORED = "restored", _("Restored")

    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.BinaryField()
    checksum = models.CharField(max_length=64, help_text=_("SHA-256 of the bytes"))
    origin = models.CharField(max_length=10, choices=Origin.choices)
    note = models.CharField(max_length=500, blank=True)
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField()
    deployment = models.ForeignKey(Deployment, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="engine_file_version")
        ]

    def __str__(self) -> str:
        return f"{self.file} v{self.number}"
