"""What the roles of one account set may do. Denied is whatever has no row here."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.access.actions import Scope


class RoleGrant(models.Model):
    """A role may do this with that kind."""

    role = models.CharField(_("role"), max_length=32)
    kind = models.CharField(_("kind"), max_length=64)
    action = models.CharField(_("action"), max_length=16)

    class Meta:
        verbose_name = _("permission of a role")
        verbose_name_plural = _("permissions of roles")
        constraints = [
            models.UniqueConstraint(fields=["role", "kind", "action"], name="access_grant_once")
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.kind}.{self.action}"


class DataScope(models.Model):
    """How far a role sees among the rows of a kind. Says also that the kind has been settled for
    the role: where there is a row, no default is written any more."""

    role = models.CharField(_("role"), max_length=32)
    kind = models.CharField(_("kind"), max_length=64)
    scope = models.CharField(
        _("data scope"), max_length=16, choices=Scope.choices, default=Scope.OWN
    )

    class Meta:
        verbose_name = _("data scope of a role")
        verbose_name_plural = _("data scopes of roles")
        constraints = [
            models.UniqueConstraint(fields=["role", "kind"], name="access_scope_once"),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.kind} {self.scope}"
