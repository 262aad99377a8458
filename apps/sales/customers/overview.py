"""What the first tab of a customer's page says beside its data: figures, warnings, and short lists
of what matters now. Whoever has some enters them.

    figures.add("contracts.salescontract", figures_of_contracts)
    shortlists.add("sales.opportunity", Shortlist(…))"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds import columns
from apps.core.kinds.addresses import url_of
from apps.core.kinds.columns import Cell
from apps.core.kinds.models import RecordQuerySet
from apps.core.kinds.parts import Risk
from apps.core.kinds.registry import kinds
from apps.sales.customers.invoicing import warnings_of_tax_id
from apps.sales.customers.models import ALIVE, ASLEEP, Customer, CustomerStage
from apps.sales.parameters import UNCONTACTED_DAYS
from engine.registry import Registry

SHORT: Final = 5  # rows of a short list


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that tells how things stand with a customer; `href` leads to what is counted.
    `more` is said small below it; `colour`: red, yellow or "" (as it is)."""

    label: str
    value: str
    more: str = ""
    href: str = ""
    colour: str = ""


Figures: TypeAlias = Callable[[Customer, Rights], Sequence[Figure]]


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The next or latest records of a kind, for those who may view it: what stands first and what
    stands beside it (names of columns), and the tab with all of them."""

    label: str | Promise
    kind: str
    find: Callable[[RecordQuerySet, Customer], RecordQuerySet]
    beside: tuple[str, ...]
    tab: str
    position: int = 50

    def rows(self, customer: Customer, rights: Rights) -> list[tuple[str, str, list[Cell]]]:
        """Address, text and further cells of each."""
        kind = kinds[self.kind]
        shown = columns.columns_of(kind, self.beside, rights)
        along = columns.related_of(kind.model, [column.name for column in shown])
        rows = kind.model.objects.visible_to(rights)  # few columns: nothing else is read along
        found = self.find(rows, customer).reading(*along)
        return [
            (url_of(kind, "page", row.pk), kind.title(row), [c.cell(row) for c in shown])
            for row in found[:SHORT]
        ]


figures: Final[Registry[Figures]] = Registry("figures of a customer")
shortlists: Final[Registry[Shortlist]] = Registry("short list of a customer")


def figures_of(customer: Customer, rights: Rights) -> list[Figure]:
    """The figures of everybody, those of the customer itself first."""
    found = list(_own_figures(customer))
    for name in sorted(figures):
        if name not in kinds or rights.may(name, Action.VIEW):
            found += figures[name](customer, rights)
    return found


def shortlists_of(customer: Customer, rights: Rights) -> list[tuple[Shortlist, Any]]:
    """Each with its rows."""
    seen = [one for one in map(shortlists.__getitem__, shortlists) if rights.may(one.kind, "view")]
    return [(one, one.rows(customer, rights)) for one in sorted(seen, key=lambda one: one.position)]


def _own_figures(customer: Customer) -> Iterator[Figure]:
    last = customer.last_contact_at
    days = _days_without(customer)
    since = ngettext("%(days)s day ago", "%(days)s days ago", days) % {"days": days}
    if last is None:
        since = ngettext("customer for %(days)s day", "customer for %(days)s days", days) % {
            "days": days
        }
    yield Figure(
        _("Last contact"),
        columns.day(timezone.localdate(last)) if last else _("never"),
        _("today") if last and days == 0 else since,
        "?tab=activities",
        "red" if is_long_uncontacted(customer) else "",
    )


def _days_without(customer: Customer) -> int:
    since = customer.last_contact_at or customer.created_at
    return max(0, (timezone.localdate() - timezone.localdate(since)).days)


def is_long_uncontacted(customer: Customer) -> bool:
    """Whether somebody should call a customer in talk or won."""
    return customer.stage in ALIVE and _days_without(customer) > UNCONTACTED_DAYS.value()


def warnings_of(customer: Customer) -> list[Risk]:
    """What whoever opens the page should see first."""
    found = []
    if customer.stage in ASLEEP:
        said = {"reason": customer.stage_reason, "on": customer.wake_up_on}
        text = _("Reason: %(reason)s.") % said
        if customer.stage == CustomerStage.DORMANT and customer.wake_up_on:
            text += _(" Wakes up on %(on)s.") % said
        found.append(Risk(customer.stage, customer.get_stage_display(), text))
    if is_long_uncontacted(customer):
        days = _days_without(customer)
        text = ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
        found.append(Risk("uncontacted", _("No contact for long"), text))
    return found + warnings_of_tax_id(customer.tax_id)
