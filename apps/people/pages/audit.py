"""The audit log, for reading."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.access.actions import Action
from apps.core.access.doors import requires
from apps.core.audit.models import AuditEntry, Event
from apps.people.models import User
from apps.people.pages.forms import DateInput, PageForm
from apps.people.pages.paging import page_of


class AuditFilter(PageForm):
    """Who, what, when."""

    actor = forms.ModelChoiceField(
        label=gettext_lazy("Who"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("Everybody"),
    )
    event = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=DateInput())
    until = forms.DateField(label=gettext_lazy("Until"), required=False, widget=DateInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["actor"].queryset = User.objects.order_by("display_name")  # type: ignore[attr-defined]
        self.fields["event"].choices = [("", _("All acts")), *Event.choices]  # type: ignore[attr-defined]


@requires("people.audit", Action.VIEW)
def audit_log(request: HttpRequest) -> HttpResponse:
    """Entries, the latest first."""
    form = AuditFilter(request.GET or None)
    entries = AuditEntry.objects.all()
    if form.is_bound:
        form.is_valid()  # what makes no sense filters nothing, and says so
        entries = _filtered(entries, form.cleaned_data)
    page = page_of(entries, "-pk", request.GET.get("cursor", ""))
    actors = User.objects.in_bulk([entry.actor for entry in page.rows if entry.actor])
    context = {
        "place": _("Audit log"),
        "form": form,
        "filtered": form.is_bound and any(form.cleaned_data.values()),
        "rows": [
            {"entry": entry, "actor": actors.get(entry.actor), "changes": _changes(entry)}
            for entry in page.rows
        ],
        "next": page.next,
        "previous": page.previous,
    }
    return render(request, "people/audit.html", context)


def _filtered(entries: Any, wanted: dict[str, Any]) -> Any:
    if wanted.get("actor"):
        entries = entries.filter(actor=wanted["actor"].pk)
    if wanted.get("event"):
        entries = entries.filter(event=wanted["event"])
    if wanted.get("since"):
        entries = entries.filter(at__gte=_midnight(wanted["since"]))
    if wanted.get("until"):
        entries = entries.filter(at__lt=_midnight(wanted["until"] + timedelta(days=1)))
    return entries


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))


NAMES = {
    "username": gettext_lazy("User name"),
    "display_name": gettext_lazy("Name"),
    "email": gettext_lazy("E-mail"),
    "language": gettext_lazy("Language"),
    "department": gettext_lazy("Department"),
    "superior": gettext_lazy("Superior"),
    "position": gettext_lazy("Position"),
    "hired_on": gettext_lazy("Hired on"),
    "left_on": gettext_lazy("Left on"),
    "name": gettext_lazy("Name"),
    "parent": gettext_lazy("Part of"),
    "head": gettext_lazy("Head"),
    "role": gettext_lazy("Role"),
    "granted": gettext_lazy("Rights"),
    "scope": gettext_lazy("Data scope"),
    "substitute": gettext_lazy("Substitute"),
    "starts_at": gettext_lazy("From"),
    "ends_at": gettext_lazy("Until"),
    "works": gettext_lazy("Working day"),
    "hours": gettext_lazy("Hours"),
    "note": gettext_lazy("Note"),
}
"""What values are called; others by the name they were written under."""


def _changes(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """Name, before, after."""
    names = dict.fromkeys([*entry.before, *entry.after])
    return [
        (str(NAMES.get(name, name)), _text(entry.before.get(name)), _text(entry.after.get(name)))
        for name in names
        if entry.before.get(name) or entry.after.get(name)
    ]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name}: {item}" for name, item in value.items())
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str) and "T" in value:
        try:
            return f"{timezone.localtime(datetime.fromisoformat(value)):%Y-%m-%d %H:%M}"
        except ValueError:
            return value
    return "" if value is None else str(value)
