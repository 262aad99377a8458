"""How a customer came to be where it is, and whose: its stages, hand-overs, colleagues, mergers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.audit.models import AuditEntry, Event
from apps.core.kinds.addresses import url_of_key
from apps.core.kinds.columns import day
from apps.sales.customers.models import Customer, CustomerStage, CustomerStageChange
from engine.organisation import organisation

EVENTS: Final = (Event.TRANSFERRED, Event.MERGED, Event.SHARED, Event.UNSHARED)
ICONS: Final = {
    CustomerStage.IN_TALK: ("messages", "blue"),
    CustomerStage.WON: ("trophy", "green"),
    CustomerStage.DORMANT: ("moon", "secondary"),
    CustomerStage.CLOSED: ("circle-x", "secondary"),
    Event.TRANSFERRED: ("arrows-right", "blue"),
    Event.MERGED: ("arrow-merge", "purple"),
    Event.SHARED: ("users-plus", "blue"),
    Event.UNSHARED: ("users-minus", "secondary"),
}
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Episode:
    """One thing that happened: who, what, why; `href` leads to what it followed from."""

    at: datetime
    who: str
    what: str
    said: str
    icon: str
    tone: str
    href: str = ""


def story_of(customer: Customer) -> list[Episode]:
    """What happened, the latest first; also to those that were merged into it."""
    found = [*_changes(customer), *_acts(customer), _beginning(customer)]
    return sorted(found, key=lambda episode: episode.at, reverse=True)[:MOST]


def _changes(customer: Customer) -> Iterator[Episode]:
    changes = CustomerStageChange.objects.filter(
        Q(customer=customer) | Q(customer__merged_into=customer)
    ).select_related("customer", "by", "owner", "reason")[:MOST]
    for change in changes:
        before, after = CustomerStage(change.before), CustomerStage(change.after)
        icon, tone = ICONS[after]
        said = [str(change.reason or ""), change.remarks]
        if change.wake_up_on:
            said.append(_("wakes up on %(on)s") % {"on": day(change.wake_up_on)})
        what = _("from “%(before)s” to “%(after)s”, with %(owner)s")
        names = {"before": before.label, "after": after.label, "owner": change.owner}
        if change.customer_id != customer.pk:
            what = _("%(customer)s from “%(before)s” to “%(after)s”, with %(owner)s")
            names["customer"] = change.customer
        yield Episode(
            change.at,
            str(change.by or _("System")),
            what % names,
            "　".join(text for text in said if text),
            icon,
            tone,
            url_of_key(change.cause) if change.cause else "",
        )


def _acts(customer: Customer) -> Iterator[Episode]:
    merged = {stub.business_key: stub for stub in Customer.objects.filter(merged_into=customer)}
    asked = AuditEntry.objects.filter(subject__in=[customer.business_key, *merged])
    entries = list(asked.filter(event__in=EVENTS).order_by("-pk")[:MOST])
    names = organisation().names({entry.actor for entry in entries if entry.actor})
    for entry in entries:
        icon, tone = ICONS[Event(entry.event)]
        who = names.get(entry.actor, "?") if entry.actor else _("System")
        what = _act(entry)
        if entry.subject in merged:
            what = _("%(customer)s: %(what)s") % {"customer": merged[entry.subject], "what": what}
        yield Episode(entry.at, who, what, entry.reason, icon, tone)


def _act(entry: AuditEntry) -> str:
    said = {**entry.before, **entry.after}
    match entry.event:
        case Event.TRANSFERRED:
            names = {"before": entry.before.get("owner"), "after": entry.after.get("owner")}
            return _("handed over from %(before)s to %(after)s") % names
        case Event.MERGED:
            return _("merged into it: %(name)s") % {"name": said.get("merged", "")}
        case Event.SHARED:
            return _("shared with %(name)s") % {"name": said.get("with", "")}
    return _("no longer shared with %(name)s") % {"name": said.get("with", "")}


def _beginning(customer: Customer) -> Episode:
    who = str(customer.created_by or _("System"))
    at = timezone.localtime(customer.created_at)
    return Episode(at, who, _("made the customer"), "", "plus", "secondary")
