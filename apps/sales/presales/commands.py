"""What can be done with presales support requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.access.rights import Rights
from apps.core.kinds.commands import Command, ReasonForm
from apps.core.kinds.declaration import DocumentKind
from apps.sales.presales import services
from apps.sales.presales.models import UNDER_WAY, PresalesRequest


def _cancel(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.cancel_request(request=pk, by=rights.user, reason=data["reason"])


def _cancel_refusal(record: PresalesRequest) -> str:
    if record.state in UNDER_WAY:
        return ""
    return _now("%(number)s is in the state “%(state)s”.") % {
        "number": record.number,
        "state": record.get_state_display(),
    }


OWN_ACTIONS: Final = {"cancel": pgettext_lazy("right", "Cancel a request")}
COMMANDS: Final = {
    "cancel": Command(
        action="cancel",
        label=pgettext_lazy("command", "Cancel the request"),
        done=_("Cancelled"),
        icon="ban",
        run=_cancel,
        form=ReasonForm,
        refusal=_cancel_refusal,
        explanation=_("Whoever works on it is told."),
        bulk=False,
    ),
}
