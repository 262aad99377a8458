"""The form of a contact."""

from __future__ import annotations

import calendar
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from apps.sales.contacts.models import Calendar, Contact

LEAP_YEAR = 2000
LUNAR_MONTH = 30


class ContactForm(forms.ModelForm):
    """Somebody at a customer."""

    class Meta:
        model = Contact
        fields = (
            "customer",
            "name",
            "role",
            "position",
            "primary",
            "phone",
            "mobile",
            "wechat",
            "email",
            "birth_calendar",
            "birth_year",
            "birth_month",
            "birth_day",
            "remarks",
        )

    def _get_validation_exclusions(self) -> set[str]:
        """Who is primary already makes way when the contact is saved."""
        return super()._get_validation_exclusions() | {"primary"}  # type: ignore[misc]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        month, day = data.get("birth_month"), data.get("birth_day")
        if (month is None) != (day is None):
            self.add_error("birth_day", _("A birthday is a month and a day."))
        elif month is not None and day is not None and not _exists(data, month, day):
            self.add_error("birth_day", _("There is no such day in that month."))
        return data


def _exists(data: dict[str, Any], month: int, day: int) -> bool:
    if data.get("birth_calendar") == Calendar.LUNAR:
        return day <= LUNAR_MONTH
    return day <= calendar.monthrange(data.get("birth_year") or LEAP_YEAR, month)[1]
