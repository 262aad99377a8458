"""What was done outside of any case. The log only grows: a trigger refuses every change."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.TextChoices):
    """What an entry tells."""

    LOGGED_IN = "login.done", _("Logged in")
    LOGIN_FAILED = "login.failed", _("Login refused")
    LOGIN_LOCKED = "login.locked", _("Login locked")
    LOGIN_UNLOCKED = "login.unlocked", _("Login unlocked")
    LOGGED_OUT = "login.out", _("Logged out")
    SESSIONS_ENDED = "login.sessions", _("Signed out everywhere")
    PASSWORD_CHANGED = "password.changed", _("Password changed")
    PASSWORD_RESET = "password.reset", _("Password reset")
    SECOND_STEP_ON = "totp.on", _("Second step of login switched on")
    SECOND_STEP_OFF = "totp.off", _("Second step of login switched off")
    RECOVERY_CODES = "totp.codes", _("Recovery codes made")
    USER_MADE = "user.made", _("User made")
    USER_CHANGED = "user.changed", _("User changed")
    USER_DISABLED = "user.disabled", _("User disabled")
    USER_ENABLED = "user.enabled", _("User enabled")
    EMPLOYEE_CHANGED = "employee.changed", _("Employee changed")
    HANDED_OVER = "employee.handed_over", _("Handed over")
    DEPARTMENT_MADE = "department.made", _("Department made")
    DEPARTMENT_CHANGED = "department.changed", _("Department changed")
    DEPARTMENT_DELETED = "department.deleted", _("Department deleted")
    ROLE_MADE = "role.made", _("Role made")
    ROLE_CHANGED = "role.changed", _("Role changed")
    ROLE_DELETED = "role.deleted", _("Role deleted")
    ROLE_GRANTED = "role.granted", _("Role granted")
    ROLE_WITHDRAWN = "role.withdrawn", _("Role withdrawn")
    RIGHTS_CHANGED = "rights.changed", _("Rights changed")
    SUBSTITUTE_APPOINTED = "substitute.appointed", _("Substitute appointed")
    SUBSTITUTE_ENDED = "substitute.ended", _("Substitution ended")
    CALENDAR_CHANGED = "calendar.changed", _("Working calendar changed")
    EXPORTED = "data.exported", _("Exported")
    IMPORTED = "data.imported", _("Imported")
    DEPLOYED = "definition.deployed", _("Process deployed")
    SUSPENDED = "definition.suspended", _("Process suspended")
    RESUMED = "definition.resumed", _("Process resumed")
    SETTINGS_CHANGED = "settings.changed", _("Settings changed")
    TRANSFERRED = "record.transferred", _("Transferred")
    MERGED = "record.merged", _("Merged")
    SHARED = "record.shared", _("Shared")
    UNSHARED = "record.unshared", _("No longer shared")
    COMPANY_CLAIMED = "company.claimed", _("Company claimed")
    COMPANY_ASSIGNED = "company.assigned", _("Company assigned")
    COMPANY_RELEASED = "company.released", _("Company released")
    COMPANY_RECYCLED = "company.recycled", _("Company taken back")
    COMPANY_PROMOTED = "company.promoted", _("Company promoted")
    COMPANY_REOPENED = "company.reopened", _("Company reopened")
    COMPANY_VOID = "company.void", _("Company made void")


class AuditEntry(models.Model):
    """One act: who, when, from where, on what, and what it was before and after."""

    at = models.DateTimeField(_("at"))
    # No foreign key: what has been written stays, whatever becomes of people.
    actor = models.BigIntegerField(_("who"), null=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    event = models.CharField(_("event"), max_length=32, choices=Event.choices)
    # "people.user:17", and its name at that time.
    subject = models.CharField(max_length=100, blank=True)
    label = models.CharField(_("concerns"), max_length=200, blank=True)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        indexes = [
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["actor", "-id"], name="audit_actor"),
            models.Index(fields=["event", "-id"], name="audit_event"),
            models.Index(fields=["subject", "-id"], name="audit_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.event} {self.label}"
