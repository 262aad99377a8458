"""The register of account sets (账套) and what must be known before a set is chosen.

These tables lie in the schema ``public``; everything else lies in the schema of its account set.
"""

from __future__ import annotations

from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tenants.models import TenantMixin

from apps.accountsets.sessions import SessionStore

RESERVED_SCHEMAS = frozenset({"public", "information_schema"})

validate_schema_name = RegexValidator(
    r"^(?!pg_)[a-z][a-z0-9_]{0,47}\Z",
    _("Use a lower-case letter, then letters, digits and underscores, at most 48 in all."),
)


class AccountSetQuerySet(models.QuerySet["AccountSet"]):
    """Reads of the register."""

    def open(self, *, on: date | None = None) -> AccountSetQuerySet:
        """Sets in which people may work on that day (default: today), by name."""
        day = on or timezone.localdate()
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_until__isnull=True) | Q(valid_until__gte=day),
            state=AccountSet.State.ACTIVE,
        ).order_by("name")


class AccountSet(TenantMixin):
    """One company's books: a PostgreSQL schema of its own, named for people by `name`.

    Rows are made and removed by `services`, together with their schema.
    """

    auto_create_schema = False
    auto_drop_schema = False

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")

    name = models.CharField(_("name"), max_length=100, unique=True)
    company = models.CharField(_("company"), max_length=200, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.ACTIVE)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = AccountSetQuerySet.as_manager()

    class Meta:
        verbose_name = _("account set")
        verbose_name_plural = _("account sets")
        constraints = [
            models.CheckConstraint(
                name="account_set_validity",
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=models.F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_open(self, *, on: date | None = None) -> bool:
        """Whether people may work in it on that day (default: today)."""
        day = on or timezone.localdate()
        return (
            self.state == self.State.ACTIVE
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or self.valid_until >= day)
        )


class SchemaTemplate(models.Model):
    """The statements that build the schema of a new account set (`schemas.build_schema`)."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    statements = models.TextField()
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("schema template")
        verbose_name_plural = _("schema templates")

    def __str__(self) -> str:
        return self.fingerprint


class ServerAdministrator(AbstractBaseUser):
    """Keeps the account sets, logs in at ``/server/`` and has no account in any of them."""

    username = models.CharField(_("user name"), max_length=150, unique=True)
    display_name = models.CharField(_("name"), max_length=100)
    is_active = models.BooleanField(_("active"), default=True)

    objects = BaseUserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = _("server administrator")
        verbose_name_plural = _("server administrators")

    def __str__(self) -> str:
        return self.display_name


class AccessKeyQuerySet(models.QuerySet["AccessKey"]):
    """Reads of access keys."""

    def usable(self) -> AccessKeyQuerySet:
        """Keys that have not been revoked, with their account set."""
        return self.filter(revoked_at__isnull=True).select_related("account_set")


class AccessKey(models.Model):
    """Opens one account set for one of its users to what has no session: an API client, a feed.

    Only the SHA-256 of the token is kept; the token itself is shown once, when it is issued.
    """

    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    account_set = models.ForeignKey(
        AccountSet, on_delete=models.CASCADE, related_name="access_keys"
    )
    # No foreign key: the user lies in the schema of the account set.
    user_id = models.BigIntegerField()
    purpose = models.CharField(_("purpose"), max_length=200)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    objects = AccessKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("access key")
        verbose_name_plural = _("access keys")
        indexes = [models.Index(fields=["account_set", "user_id"], name="access_key_of_user")]

    def __str__(self) -> str:
        return self.purpose


class Session(AbstractBaseSession):
    """A session kept on the server. Its account set and user are columns, so that somebody can be
    signed out everywhere. A server administrator's session has a user but no account set.
    """

    account_set = models.ForeignKey(
        AccountSet, null=True, on_delete=models.CASCADE, related_name="sessions"
    )
    user_id = models.BigIntegerField(null=True)

    class Meta(AbstractBaseSession.Meta):
        indexes = [models.Index(fields=["account_set", "user_id"], name="session_of_user")]

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        return SessionStore
