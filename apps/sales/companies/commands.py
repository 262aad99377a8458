"""What can be done with companies of the yellow pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds.commands import Command, CommandForm, ReasonForm
from apps.core.kinds.declaration import DocumentKind
from apps.sales.companies import promotion, services
from apps.sales.companies.loads import SellerChoice, sellers
from apps.sales.companies.models import HELD, CompanyState, TargetCompany
from apps.sales.companies.promotion import ASSIGN, contacted
from apps.sales.companies.services.claiming import CLAIM
from apps.sales.companies.services.moving import said_of_state, taken
from apps.sales.parameters import PROMOTE_AFTER_CONTACT


class NeedForm(CommandForm):
    """What the firm needs, as far as it is known."""

    need = forms.CharField(
        label=_("Need"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
    )


class AssignForm(NeedForm):
    """To whom, with what each of them has to do already."""

    to = SellerChoice(label=_("To"), queryset=None, empty_label=_("Choose a colleague"))
    field_order = ("to", "need")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = sellers()


def _claim(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.claim_company(company_id=pk, rights=rights)


def _promote(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return promotion.promote_company(company_id=pk, rights=rights, need=data["need"])


def _assign(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return promotion.assign_company(
        company_id=pk, to=data["to"].pk, rights=rights, need=data["need"]
    )


def _release(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.release_company(company_id=pk, rights=rights, reason=data["reason"])


def _void(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.void_company(company_id=pk, rights=rights, reason=data["reason"])


def _restore(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.restore_company(company_id=pk, rights=rights)


# --- why not --------------------------------------------------------------------------------------
def _unless_unclaimed(company: TargetCompany) -> str:
    if company.state == CompanyState.UNCLAIMED:
        return ""
    return taken(company) if company.state in HELD else said_of_state(company)


def _unless_claimed(company: TargetCompany) -> str:
    return "" if company.state == CompanyState.CLAIMED else said_of_state(company)


def _unless_contacted(company: TargetCompany) -> str:
    refused = _unless_claimed(company)
    if refused or contacted(company) or not PROMOTE_AFTER_CONTACT.value():
        return refused
    return _now("There was no contact with “%(company)s” yet: note one first.") % {
        "company": company.name
    }


def _once_promoted(company: TargetCompany) -> str:
    return (
        ""
        if company.state in (CompanyState.UNCLAIMED, CompanyState.CLAIMED)
        else (said_of_state(company))
    )


def _unless_void(company: TargetCompany) -> str:
    return "" if company.state == CompanyState.VOID else said_of_state(company)


OWN_ACTIONS: Final = {
    CLAIM: pgettext_lazy("right", "Claim"),
    "promote": pgettext_lazy("right", "Promote"),
    "release": pgettext_lazy("right", "Release"),
    ASSIGN: pgettext_lazy("right", "Assign"),
    "discard": pgettext_lazy("right", "Make void"),
}
FOR_ALL: Final = frozenset(map(str, (Action.VIEW, Action.PRINT, CLAIM, ASSIGN)))
"""What is done with unclaimed companies by whoever is granted it, in whatever scope."""
COMMANDS: Final[Mapping[str, Command]] = {
    "claim": Command(
        "claim",
        pgettext_lazy("command", "Claim"),
        pgettext_lazy("company", "Claimed"),
        "hand-grab",
        _claim,
        refusal=_unless_unclaimed,
        primary=True,
        contested=True,
    ),
    "promote": Command(
        "promote",
        pgettext_lazy("command", "Promote to a lead"),
        _("A lead now"),
        "flame",
        _promote,
        NeedForm,
        refusal=_unless_contacted,
        primary=True,
    ),
    "assign": Command(
        "assign",
        pgettext_lazy("command", "Assign"),
        _("Assigned"),
        "user-share",
        _assign,
        AssignForm,
        refusal=_unless_unclaimed,
        contested=True,
        explanation=_("It becomes the colleague's lead at once."),
    ),
    "release": Command(
        "release",
        pgettext_lazy("command", "Release"),
        _("Released"),
        "arrow-back-up",
        _release,
        ReasonForm,
        refusal=_unless_claimed,
        explanation=_("Everyone may claim it then."),
    ),
    "discard": Command(
        "discard",
        pgettext_lazy("command", "Make void"),
        _("Void now"),
        "ban",
        _void,
        ReasonForm,
        refusal=_once_promoted,
        explanation=_("Nobody claims it any more, and it can't be entered a second time."),
        destructive=True,
    ),
    "restore": Command(
        "discard",
        pgettext_lazy("command", "Restore"),
        _("There for everyone again"),
        "arrow-back-up",
        _restore,
        refusal=_unless_void,
    ),
}
