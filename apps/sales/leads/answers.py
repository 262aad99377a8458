"""What the owner of a lead answers when its reviewer has asked for more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django import forms
from django.db import models
from django.forms.models import model_to_dict

from apps.core.kinds.registry import kind_of
from apps.core.kinds.search import make_searchable
from apps.sales.leads.forms import LeadForm
from apps.sales.leads.models import Lead
from apps.sales.leads.services import complete, save_lead

ASKABLE: Final = tuple(name for name in LeadForm.base_fields if name != "next_contact_on")


def answer_fields(lead: Lead) -> dict[str, forms.Field]:
    """Fields of the lead's form for what was asked, filled with what is known."""
    form = LeadForm(instance=lead)
    known = model_to_dict(lead, fields=lead.asked_fields)
    found = {}
    for name in lead.asked_fields:
        field = form.fields.get(name)
        if field is not None:
            field.initial, field.required, field.disabled = known[name], False, False
            found[name] = field
    return found


def is_missing(lead: Lead, name: str) -> bool:
    """Whether a lead says nothing there."""
    return getattr(lead, name) in (None, "")


def as_answers(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, as plain values: rows of other tables by their ids."""
    return {
        name: value.pk if isinstance(value, models.Model) else value
        for name, value in cleaned.items()
    }


def take_answers(lead: Lead, answers: Mapping[str, Any], *, by: int | None, now: datetime) -> None:
    """Keep the answers with the locked lead; only what was asked for."""
    for name in lead.asked_fields:
        if name in answers:
            field: Any = Lead._meta.get_field(name)
            setattr(lead, field.attname, answers[name])
    complete(lead)
    make_searchable(lead, kind_of(lead).search)
    save_lead(lead, by=by, now=now)
