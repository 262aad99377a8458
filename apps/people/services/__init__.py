"""Changes to the people of an account set.

Whatever decides who gets a human task is told to the engine in the same transaction
(`people_changed`), which then resolves the open tasks concerned again. Each change is in the audit
log: `by` is the user who makes it, None the system.
"""

from __future__ import annotations

from apps.people.services.accounts import (
    change_password,
    change_user,
    choose_language,
    enable_user,
    end_sessions,
    reset_password,
    unlock_login,
)
from apps.people.services.departments import (
    create_department,
    delete_department,
    move_department,
    name_head,
    rename_department,
)
from apps.people.services.employees import (
    announce_first_days,
    change_employee,
    create_administrator,
    create_employee,
    end_employment,
    name_superior,
    resume_employment,
    transfer_employee,
)
from apps.people.services.roles import (
    allow_together,
    create_role,
    delete_role,
    grant_role,
    part_duties,
    rename_role,
    withdraw_role,
)
from apps.people.services.substitutes import (
    announce_substitutes,
    appoint_substitute,
    end_substitution,
)
from apps.people.services.working_calendar import clear_calendar_day, set_calendar_day

__all__ = [
    "allow_together",
    "announce_first_days",
    "announce_substitutes",
    "appoint_substitute",
    "change_employee",
    "change_password",
    "change_user",
    "choose_language",
    "clear_calendar_day",
    "create_administrator",
    "create_department",
    "create_employee",
    "create_role",
    "delete_department",
    "delete_role",
    "enable_user",
    "end_employment",
    "end_sessions",
    "end_substitution",
    "grant_role",
    "move_department",
    "name_head",
    "name_superior",
    "part_duties",
    "rename_department",
    "rename_role",
    "reset_password",
    "resume_employment",
    "set_calendar_day",
    "transfer_employee",
    "unlock_login",
    "withdraw_role",
]
