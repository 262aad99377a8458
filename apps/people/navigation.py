"""People in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.shell.navigation import Entry, add

add(
    *(
        Entry(
            name=f"settings.{url}",
            module="settings",
            label=label,
            url=f"people:{url}",
            icon=icon,
            kind=kind,
            position=position,
        )
        for position, (url, label, icon, kind) in enumerate(
            (
                ("users", _("Users"), "user", "people.user"),
                ("employees", _("Employees"), "users", "people.employee"),
                ("departments", _("Departments"), "hierarchy-2", "people.department"),
                ("roles", _("Roles and rights"), "shield-lock", "people.role"),
                ("substitutes", _("Substitutes"), "user-share", ""),
                ("calendar", _("Working calendar"), "calendar", "people.calendar"),
                ("audit", _("Audit log"), "history", "people.audit"),
            ),
            start=10,
        )
    )
)
