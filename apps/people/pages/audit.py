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
from apps.people.pages.audit_words import changes, people_of
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
    people = User.objects.in_bulk(people_of(page.rows))
    context = {
        "place": _("Audit log"),
        "form": form,
        "filtered": form.is_bound and any(form.cleaned_data.values()),
        "rows": [
            {"entry": entry, "actor": people.get(entry.actor), "changes": changes(entry, people)}
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
