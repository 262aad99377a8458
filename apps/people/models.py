"""The people of one account set: users, employees, departments, roles, substitutes, calendar."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Subquery
from django.db.models.functions import Length, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.people.account.models import Signature  # noqa: F401  (a table of this app)
from engine.organisation import Role

HOURS_OF_A_DAY = Decimal("7.5")


class UserQuerySet(models.QuerySet["User"]):
    """Reads of users."""

    def able(self, *, on: date | None = None) -> UserQuerySet:
        """Those who may log in on that day (default: today): active, and not out of employment."""
        day = on or timezone.localdate()
        return self.filter(
            Q(employee__hired_on__isnull=True) | Q(employee__hired_on__lte=day),
            Q(employee__left_on__isnull=True) | Q(employee__left_on__gt=day),
            is_active=True,
        )


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Finds users by name regardless of case: names are stored in lower case."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=(username or "").lower())


class User(AbstractBaseUser):
    """Somebody who may log in to this account set. The roles of the employee say for what."""

    username = models.CharField(
        _("user name"), max_length=150, unique=True, validators=[UnicodeUsernameValidator()]
    )
    display_name = models.CharField(_("name"), max_length=100)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(
        _("language"), max_length=16, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    # A password given by an administrator: good for one login until then, at which another one
    # must be chosen. Empty: the password is the user's own.
    one_time_until = models.DateTimeField(null=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(
                name="user_name_in_lower_case", condition=Q(username=Lower("username"))
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_full_name(self) -> str:
        return self.display_name


class DepartmentQuerySet(models.QuerySet["Department"]):
    """Reads of the tree of departments."""

    def within(self, department: Department) -> DepartmentQuerySet:
        """That department and all below it."""
        return self.filter(path__startswith=department.path)

    def above(self, department_id: int) -> DepartmentQuerySet:
        """That department and all above it, the nearest first."""
        asked = Department.objects.filter(pk=department_id).values("path")
        return (
            self.annotate(asked=Subquery(asked))
            .filter(asked__startswith=F("path"))
            .order_by(Length("path").desc())
        )


class Department(models.Model):
    """A node of the tree of departments. Without a head, the head of the next one up heads it."""

    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        verbose_name=_("part of"),
    )
    head = models.ForeignKey(
        "people.Employee",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="headed_departments",
        verbose_name=_("head"),
    )
    position = models.PositiveIntegerField(pgettext_lazy("order", "position"), default=0)
    # Ids from the root to this one, "/3/17/": kept by the services, read by scopes.
    path = models.CharField(max_length=200, editable=False)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["position", "pk"]
        indexes = [
            models.Index(fields=["path"], name="department_path", opclasses=["varchar_pattern_ops"])
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"], name="department_name_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="department_not_its_own_parent", condition=~Q(parent=F("pk"))
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EmployeeQuerySet(models.QuerySet["Employee"]):
    """Reads of employees."""

    def employed(self, *, on: date | None = None) -> EmployeeQuerySet:
        """Those who work here on that day (default: today) and may log in."""
        day = on or timezone.localdate()
        return self.filter(
            Q(hired_on__isnull=True) | Q(hired_on__lte=day),
            Q(left_on__isnull=True) | Q(left_on__gt=day),
            user__is_active=True,
        )

    def beginning(self, *, on: date) -> EmployeeQuerySet:
        """Those whose first day has come by then without the open human tasks knowing."""
        return self.filter(began=False, hired_on__lte=on)


class Employee(models.Model):
    """Somebody who works or worked here. Has the id of the user: people have one id everywhere."""

    user = models.OneToOneField(
        User, primary_key=True, on_delete=models.PROTECT, related_name="employee"
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        related_name="employees",
        verbose_name=_("department"),
    )
    superior = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="subordinates",
        verbose_name=_("superior"),
        help_text=_("Left empty: the head of the department, or of the next one up."),
    )
    position = models.CharField(_("position"), max_length=100, blank=True)
    hired_on = models.DateField(_("hired on"), null=True, blank=True)
    left_on = models.DateField(
        _("left on"), null=True, blank=True, help_text=_("The first day no longer employed.")
    )
    # Whether the open human tasks have been resolved again since the first day of work.
    began = models.BooleanField(default=True, editable=False)

    objects = EmployeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("employee")
        verbose_name_plural = _("employees")
        constraints = [
            models.CheckConstraint(
                name="employee_not_own_superior", condition=~Q(superior=F("user"))
            ),
            models.CheckConstraint(
                name="employee_left_after_hired",
                condition=Q(left_on__isnull=True)
                | Q(hired_on__isnull=True)
                | Q(left_on__gte=F("hired_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.user.display_name


class FirmRole(models.Model):
    """A role of this firm beside those that diagrams may name: for rights only."""

    code = models.CharField(max_length=32, unique=True, null=True, editable=False)  # noqa: DJ001
    name = models.CharField(_("name"), max_length=50, unique=True)

    class Meta:
        verbose_name = _("role of the firm")
        verbose_name_plural = _("roles of the firm")

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """Opens the second step of the login once, for somebody who has lost the device.

    Only a SHA-256 is kept; the code itself is shown once, when it is made."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class RoleHolder(models.Model):
    """An employee who holds a role: in one department and those below it, or everywhere.

    Heads of departments are not listed here: the department names its head.
    """

    role = models.CharField(_("role"), max_length=32)  # of `engine.organisation.Role` or the firm's
    employee = models.ForeignKey(
        Employee, on_delete=models.CASCADE, related_name="roles", verbose_name=_("employee")
    )
    department = models.ForeignKey(
        Department,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="role_holders",
        verbose_name=_("department"),
        help_text=_("Left empty: everywhere."),
    )

    class Meta:
        verbose_name = _("role holder")
        verbose_name_plural = _("role holders")
        constraints = [
            models.UniqueConstraint(
                fields=["role", "employee", "department"],
                name="role_held_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="role_not_department_head", condition=~Q(role=Role.DEPARTMENT_HEAD)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee}: {self.role}"


class ConflictingRoles(models.Model):
    """Two roles that nobody should hold at once (不相容职务), as one checks the other.

    The codes stand in the order of the alphabet, so that a pair is there once."""

    first = models.CharField(_("role"), max_length=32)
    second = models.CharField(_("other role"), max_length=32)

    class Meta:
        verbose_name = _("incompatible duties")
        verbose_name_plural = _("incompatible duties")
        ordering = ["first", "second"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="conflicting_roles_once"),
            models.CheckConstraint(
                name="conflicting_roles_in_order", condition=Q(first__lt=F("second"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} / {self.second}"


class SubstituteQuerySet(models.QuerySet["Substitute"]):
    """Reads of substitutes."""

    def at(self, moment: datetime) -> SubstituteQuerySet:
        """Those that stand in at that moment."""
        return self.filter(starts_at__lte=moment, ends_at__gt=moment)

    def overlapping(self, starts_at: datetime, ends_at: datetime) -> SubstituteQuerySet:
        """Those that stand in at any moment between the two."""
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)

    def unannounced(self, moment: datetime) -> SubstituteQuerySet:
        """Those that have begun or ended by then without the open human tasks knowing."""
        return self.filter(
            Q(began=False, starts_at__lte=moment) | Q(ends_at__lte=moment), ended=False
        )


class Substitute(models.Model):
    """Who acts for an absent employee, from one moment until before another.

    A principal has one substitute at a time. No chains: a substitute's own substitute acts only
    for that substitute.
    """

    principal = models.ForeignKey(
        Employee, on_delete=models.CASCADE, related_name="substitutes", verbose_name=_("principal")
    )
    substitute = models.ForeignKey(
        Employee,
        on_delete=models.CASCADE,
        related_name="substitutes_for",
        verbose_name=_("substitute"),
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    # Whether the open human tasks have been resolved again since it began and since it ended.
    began = models.BooleanField(default=False, editable=False)
    ended = models.BooleanField(default=False, editable=False)

    objects = SubstituteQuerySet.as_manager()

    class Meta:
        verbose_name = _("substitute")
        verbose_name_plural = _("substitutes")
        indexes = [
            models.Index(fields=["principal", "ends_at"], name="substitute_of_principal"),
            models.Index(fields=["ends_at"], condition=Q(ended=False), name="substitute_open"),
        ]
        constraints = [
            models.CheckConstraint(
                name="substitute_is_another", condition=~Q(principal=F("substitute"))
            ),
            models.CheckConstraint(
                name="substitute_for_a_while", condition=Q(ends_at__gt=F("starts_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.substitute} / {self.principal}"


class WorkCalendarDay(models.Model):
    """A day on which this firm departs from the official calendar.

    `hours` is the length of the working day, counted from its opening; empty means a whole one.
    """

    date = models.DateField(_("date"), unique=True)
    works = models.BooleanField(_("working day"))
    hours = models.DecimalField(
        _("hours"),
        max_digits=3,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(HOURS_OF_A_DAY)],
    )
    note = models.CharField(_("note"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("day of the working calendar")
        verbose_name_plural = _("working calendar")
        constraints = [
            models.CheckConstraint(
                name="hours_of_a_working_day",
                condition=Q(hours__isnull=True)
                | Q(works=True, hours__gt=0, hours__lte=HOURS_OF_A_DAY),
            ),
        ]

    def __str__(self) -> str:
        return self.date.isoformat()
