"""What can be started: files as they were deployed, and processes made of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Deployment(models.Model):
    """One act of deploying: some files at once, all or none."""

    class Source(models.TextChoices):
        SHIPPED = "shipped", _("Shipped with the product")
        ADMIN = "admin", _("Changed by a process administrator")

    source = models.CharField(max_length=10, choices=Source.choices)
    deployed_by = models.BigIntegerField(null=True)
    deployed_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"{self.source} {self.deployed_at:%Y-%m-%d %H:%M}"


class Resource(models.Model):
    """A BPMN or DMN file, byte for byte as it came. Kept for ever; the newest of a key is the one
    in force."""

    key = models.CharField(max_length=100, help_text=_("id of the process or decision in it"))
    name = models.CharField(max_length=120, help_text=_("file name"))
    checksum = models.CharField(max_length=64, help_text=_("SHA-256 of the bytes"))
    content = models.BinaryField()
    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="resources")

    class Meta:
        indexes = [models.Index(fields=["key", "-id"], name="engine_resource_newest")]

    def __str__(self) -> str:
        return self.name


class ProcessDefinition(models.Model):
    """One version of a process with everything it calls and decides; an instance keeps the version
    it began with."""

    key = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    checksum = models.CharField(max_length=64, help_text=_("over all its resources"))
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    compiled = models.BinaryField(help_text=_("stored form of engine.spiff, compressed"))
    resources = models.ManyToManyField(Resource, related_name="definitions")
    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="definitions")
    suspended = models.BooleanField(default=False, help_text=_("no new instances"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="engine_definition_version")
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"
