"""What is done with customers beside changing them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds.commands import Command
from apps.core.kinds.declaration import DocumentKind
from apps.sales.customers import services
from apps.sales.customers.command_forms import (
    MERGE,
    CloseForm,
    DormantForm,
    MergeForm,
    RestoreForm,
    ShareForm,
    TransferForm,
    UnshareForm,
)
from apps.sales.customers.models import Customer
from apps.sales.customers.services.stages import stage_refusal

Data = Mapping[str, Any]


def _dormant(kind: DocumentKind, pk: int, rights: Rights, data: Data) -> object:
    return services.make_dormant(
        customer_id=pk,
        reason=data["reason"],
        wake_up_on=data["wake_up_on"],
        remarks=data["remarks"],
        rights=rights,
    )


def _close(kind: DocumentKind, pk: int, rights: Rights, data: Data) -> object:
    return services.close_customer(
        customer_id=pk, reason=data["reason"], remarks=data["remarks"], rights=rights
    )


def _restore(kind: DocumentKind, pk: int, rights: Rights, data: Data) -> object:
    return services.restore_customer(customer_id=pk, remarks=data["remarks"], rights=rights)


def _win(kind: DocumentKind, pk: int, rights: Rights, data: Data) -> object:
    return services.win_by_hand(customer_id=pk, rights=rights)


def _transfer(kind: DocumentKind, pk: int, rights: Rights, data: Data) -> object:
    return services.transfer_customer(
        customer_id=pk,
        to=data["to"].pk,
        along=data["along"],
        reason=data["reason"],
        rights=rights,
    )


def _share(kind: DocumentKind, pk: int, rights: Rights, data: Data) -> object:
    return services.share_customer(customer_id=pk, user=data["user"].pk, rights=rights)


def _unshare(kind: DocumentKind, pk: int, rights: Rights, data: Data) -> object:
    return services.unshare_customer(customer_id=pk, user=data["user"].pk, rights=rights)


def _merge(kind: DocumentKind, pk: int, rights: Rights, data: Data) -> object:
    return services.merge_customers(
        source=pk,
        into=data["into"].pk,
        seen_versions=data["seen_versions"],
        reason=data["reason"],
        rights=rights,
    )


def _of_stage(action: str) -> Callable[[Customer], str]:
    return partial(stage_refusal, action=action)


def _unshared(customer: Customer) -> str:
    return "" if customer.collaborators.exists() else _("Nobody else works on it.")


OWN_ACTIONS: Final = {
    "dormant": pgettext_lazy("right", "Make dormant"),
    "close": pgettext_lazy("right", "Close"),
    "restore": pgettext_lazy("right", "Restore"),
    "win": pgettext_lazy("right", "Make won"),
    "share": pgettext_lazy("right", "Share"),
    "merge": pgettext_lazy("right", "Merge"),
}
COMMANDS: Final[Mapping[str, Command]] = {
    "restore": Command(
        "restore",
        pgettext_lazy("command", "Restore"),
        gettext_lazy("Restored"),
        "sunrise",
        _restore,
        RestoreForm,
        _of_stage("restore"),
        primary=True,
    ),
    "win": Command(
        "win",
        pgettext_lazy("command", "Mark as won"),
        gettext_lazy("Won now"),
        "trophy",
        _win,
        refusal=_of_stage("win"),
        explanation=gettext_lazy(
            "A customer becomes won of itself when its first sales contract takes effect."
        ),
        bulk=False,
    ),
    "dormant": Command(
        "dormant",
        pgettext_lazy("command", "Make dormant"),
        gettext_lazy("Dormant now"),
        "moon",
        _dormant,
        DormantForm,
        _of_stage("dormant"),
    ),
    "close": Command(
        "close",
        pgettext_lazy("command", "Close as lost"),
        gettext_lazy("Closed now"),
        "circle-x",
        _close,
        CloseForm,
        _of_stage("close"),
    ),
    "hand-over": Command(
        Action.HAND_OVER,
        pgettext_lazy("command", "Hand over"),
        gettext_lazy("Handed over"),
        "arrows-right",
        _transfer,
        TransferForm,
        explanation=gettext_lazy(
            "It belongs to the colleague and their department from then on, and a new period of"
            " protection begins."
        ),
    ),
    "share": Command(
        "share",
        pgettext_lazy("command", "Share"),
        gettext_lazy("Shared now"),
        "users-plus",
        _share,
        ShareForm,
        explanation=gettext_lazy("The colleague sees the customer and works on it too."),
    ),
    "unshare": Command(
        "share",
        pgettext_lazy("command", "Stop sharing"),
        gettext_lazy("Shared no longer"),
        "users-minus",
        _unshare,
        UnshareForm,
        _unshared,
        bulk=False,
    ),
    MERGE: Command(
        "merge",
        pgettext_lazy("command", "Merge into another"),
        gettext_lazy("Merged"),
        "arrow-merge",
        _merge,
        MergeForm,
        explanation=gettext_lazy(
            "For two entries of one customer. Everything that hangs on this one moves to the other."
        ),
        bulk=False,
        destructive=True,
    ),
}
"""By their part of the address."""
