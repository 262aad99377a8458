"""What the drafts of service, sales and reminders begin with, and moments to begin at."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.engine.spiff.firms import FlowCase, ServiceFirm

DISPATCH = {
    "request_id": 1,
    "mode_parameter": "representative",
    "urgent": False,
    "has_named": True,
    "around_the_clock": False,
}
SERVICE = {
    **DISPATCH,
    "document": 1,
    "initiator": "乐嘉怡",
    "amount": 800,
    "chargeable": False,
    "response_within": "PT2H",
    "resolution_within": "P3D",
    "follow_up_after": "P2D",
}
REPAIR = {"request_id": 3, "remote_possible": False, "follow_up_after": "P2D"}
REMINDER = {"reminder_id": 9, "recipient": "仇志远"}
CONSENT = {"request_id": 1, "document": 1, "initiator": "乐嘉怡", "amount": 6000}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def firm_at(text: str) -> ServiceFirm:
    firm = ServiceFirm()
    firm.present = at(text)
    return firm


def ended(case: FlowCase, end: str, outcome: str | None = None) -> bool:
    assert case.ended, (case.ready, case.waiting)
    assert end in case.ends
    return outcome is None or case.last.variables["outcome"] == outcome
