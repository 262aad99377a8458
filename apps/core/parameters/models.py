"""What one account set has settled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ParameterValue(models.Model):
    """A parameter that isn't as its default."""

    code = models.CharField(max_length=80, unique=True)
    value = models.JSONField()
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.code} = {self.value}"


class DictionaryEntry(models.Model):
    """A name in one of the dictionaries. What isn't active any more isn't offered, and stays where
    it is used."""

    dictionary = models.CharField(max_length=40, editable=False)
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=100)
    active = models.BooleanField(_("active"), default=True)
    position = models.PositiveIntegerField(pgettext_lazy("order", "position"), default=0)

    class Meta:
        verbose_name = _("dictionary entry")
        verbose_name_plural = _("dictionary entries")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["dictionary", "code"], name="dictionary_code_once"),
            models.UniqueConstraint(fields=["dictionary", "name"], name="dictionary_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


if TYPE_CHECKING:
    ForeignKey = models.ForeignKey[Any, Any]
else:
    ForeignKey = models.ForeignKey


class DictionaryField(ForeignKey):
    """A field that holds an entry of one dictionary."""

    def __init__(self, dictionary: str = "", verbose_name: Any = None, **options: Any) -> None:
        self.dictionary = dictionary
        options.setdefault("to", DictionaryEntry)
        options.setdefault("on_delete", models.PROTECT)
        options.setdefault("related_name", "+")
        options.setdefault("limit_choices_to", {"dictionary": dictionary})
        super().__init__(verbose_name=verbose_name, **options)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, arguments, options = super().deconstruct()
        return name, path, arguments, {**options, "dictionary": self.dictionary}
