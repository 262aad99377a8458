"""`/settings/`: people, rights, working calendar, audit log."""

from __future__ import annotations

from django.urls import path

from apps.people.pages import (
    audit,
    calendar,
    departments,
    employees,
    rights,
    roles,
    substitutes,
    users,
)

app_name = "people"

urlpatterns = [
    path("users/", users.user_list, name="users"),
    path("users/new/", users.add_user, name="add_user"),
    path("users/<int:pk>/", users.user_page, name="user"),
    path("users/<int:pk>/change/", users.change_user, name="change_user"),
    path("users/<int:pk>/<slug:act>", users.act_on_user, name="act_on_user"),
    path("employees/", employees.employee_list, name="employees"),
    path("employees/<int:pk>/", employees.change_employee, name="employee"),
    path("employees/<int:pk>/hand-over/", employees.hand_over_page, name="hand_over"),
    path("employees/<int:pk>/back", employees.come_back, name="come_back"),
    path("departments/", departments.tree, name="departments"),
    path("departments/new/", departments.add, name="add_department"),
    path("departments/<int:pk>/", departments.change, name="department"),
    path("departments/<int:pk>/delete", departments.delete, name="delete_department"),
    path("roles/", roles.role_list, name="roles"),
    path("roles/new/", roles.add, name="add_role"),
    path("roles/<slug:code>/", roles.role_page, name="role"),
    path("roles/<slug:code>/rename/", roles.rename, name="rename_role"),
    path("roles/<slug:code>/delete", roles.delete, name="delete_role"),
    path("roles/<slug:code>/withdraw/<int:pk>", roles.withdraw, name="withdraw_role"),
    path("roles/<slug:code>/rights/", rights.matrix, name="rights"),
    path("duties/", roles.part, name="part_duties"),
    path("duties/<int:pk>/together", roles.together, name="allow_together"),
    path("substitutes/", substitutes.substitute_list, name="substitutes"),
    path("substitutes/<int:pk>/end", substitutes.end, name="end_substitution"),
    path("calendar/", calendar.month, name="calendar"),
    path("audit/", audit.audit_log, name="audit"),
]
