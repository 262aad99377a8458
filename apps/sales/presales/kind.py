"""Presales support requests as a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds.commands import Command, ReasonForm
from apps.core.kinds.declaration import Approval, DocumentKind, Numbering, Section
from apps.core.kinds.parts import AttachmentCategory
from apps.core.kinds.registry import register
from apps.sales.customers.reach import LOOKING
from apps.sales.presales import services
from apps.sales.presales.filters import PresalesFilter
from apps.sales.presales.forms import PresalesForm
from apps.sales.presales.models import UNDER_WAY, PresalesRequest, PresalesState


def _cancel(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.cancel_request(request=pk, by=rights.user, reason=data["reason"])


def _cancel_refusal(record: PresalesRequest) -> str:
    if record.state in UNDER_WAY:
        return ""
    return _now("%(number)s is in the state “%(state)s”.") % {
        "number": record.number,
        "state": record.get_state_display(),
    }


@register
class PresalesRequestKind(DocumentKind):
    """Presales support requests."""

    model = PresalesRequest
    module = "sales"
    icon = "headset"
    columns = (
        "number",
        "subject",
        "support",
        "customer",
        "wanted_at",
        "engineer",
        "owner",
        "state",
    )
    more_columns = (
        "opportunity",
        "contact",
        "place",
        "date",
        "submitted_at",
        "accepted_at",
        "done_at",
        "hours",
        "department",
    )
    badges = {
        "state": {
            PresalesState.DRAFT: "secondary",
            PresalesState.WAITING: "yellow",
            PresalesState.ASSIGNED: "blue",
            PresalesState.ACCEPTED: "blue",
            PresalesState.DONE: "green",
            PresalesState.DECLINED: "red",
            PresalesState.CANCELLED: "secondary",
        },
    }
    order = "-date"
    filters = PresalesFilter
    search = ("number", "subject", "customer__name")
    related = ("support", "customer", "opportunity", "contact", "engineer", "owner", "department")
    shortcuts = (
        (_("To be assigned"), "state=waiting"),
        (_("Mine"), "owner={me}"),
        (_("Assigned to me"), "engineer={me}"),
    )
    form_class = PresalesForm
    sections = (
        Section(_("What is wanted"), ("subject", "support", "wanted_at", "place", "need")),
        Section(_("For whom"), ("opportunity", "customer", "contact", "date")),
        Section(
            _("Work done"),
            ("engineer", "accepted_at", "done_at", "hours", "result", "closing_note"),
        ),
        Section(_("Remarks"), ("remarks",)),
    )
    numbering = Numbering("SQ-{date:%Y%m}-{seq:04d}")
    approval = Approval(process="presales_support", queue="work")
    attachments = (AttachmentCategory("solution", _("Solution"), late=True),)
    own_actions = {"cancel": pgettext_lazy("right", "Cancel a request")}
    beyond_scope = LOOKING | {Action.ATTACH}  # its engineer adds the solution
    commands = {
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

    def prepare(self, record: PresalesRequest, lines: Mapping[str, Sequence[Any]]) -> None:
        if record.customer_id is None and record.opportunity is not None:
            record.customer_id = record.opportunity.customer_id

    def refusal(self, record: PresalesRequest, action: str) -> str | None:
        drafts = (Action.CHANGE, Action.DELETE, Action.SUBMIT)
        if action not in drafts or record.state == PresalesState.DRAFT:
            return super().refusal(record, action)
        return _now("%(number)s has been submitted and can't be changed any more.") % {
            "number": record.number
        }

    def title(self, record: PresalesRequest) -> str:
        return record.subject

    def party(self, record: PresalesRequest) -> str:
        return str(record.customer)
