"""Rules of leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.kinds.parts import Risk, flags
from apps.sales.customers.invoicing import OLD_TAX_ID, warnings_of_tax_id
from apps.sales.leads import services, states
from apps.sales.leads.models import UNDER_REVIEW, Lead

OWNED = Risk("owned", _("A colleague's customer"), level="danger")
DUPLICATE = Risk("duplicate", _("Possible duplicate"))
RISK_FLAGS = flags(OWNED, DUPLICATE, OLD_TAX_ID)


def prepare(record: Lead, lines: Mapping[str, Sequence[Any]]) -> None:
    services.complete(record)


def refusal(record: Lead, action: str) -> str | None:
    return states.refusal(record, action)


def problems(record: Lead) -> dict[str, list[str]]:
    """A reviewer wants to know whom to call, and what for."""
    wanted = {
        "contact_name": record.contact_name,
        "contact_mobile": record.contact_mobile or record.phone,
        "need": record.need,
    }
    return {name: [_MISSING[name]] for name, value in wanted.items() if not value.strip()}


_MISSING = {
    "contact_name": _("Whom does one talk to there?"),
    "contact_mobile": _("Give a mobile or phone number."),
    "need": _("What does the firm need?"),
}


def risks(record: Lead) -> list[Risk]:
    found = []
    if record.duplicates and record.state in UNDER_REVIEW:
        text = _("%(number)s records agree with it.") % {"number": record.duplicates}
        flag = OWNED if record.conflict_with_id is not None else DUPLICATE
        found.append(flag.because(str(text)))
    return found + warnings_of_tax_id(record.tax_id)


def handing_over(records: Sequence[Lead], *, to: int, by: int) -> None:
    for lead in records:
        services.give_work(lead, to=to, by=by)
