"""The service, sales and reminder diagrams with rows and operations in memory."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from engine.spiff import CompiledProcess
from engine.spiff.types import CallSite
from tests.engine.spiff.diagrams import crossing, diagram, end, path, service, start, user
from tests.engine.spiff.driver import Case, World, process_of

ROOT = Path(__file__).parents[3]
AREAS = ("service", "sales", "desk")

APPROVAL = diagram(
    crossing(["document", "initiator", "matrix"], ["route"])
    + start("begin")
    + user("approve")
    + service("tally", "test.route", "route", decision="decision")
    + end("over")
    + path("begin", "approve", "tally", "over"),
    key="approval",
)
"""The shared approval with one vote: same key, same inputs and output."""


@cache
def flow_process(key: str) -> CompiledProcess:
    found = {
        file.name: file.read_bytes()
        for top in (ROOT / "tests" / "processes", ROOT / "processes")
        for area in AREAS
        if (top / area).exists()
        for file in (top / area).iterdir()
        if file.suffix in (".bpmn", ".dmn")
    }
    return process_of({**found, "approval.bpmn": APPROVAL}, key)


FAR = datetime.fromisoformat("9999-12-31T00:00:00+00:00")


class ServiceFirm(World):
    """What the operations of service would keep in tables, by request or ticket."""

    def __init__(self) -> None:
        self.rows: dict[Any, dict[str, Any]] = defaultdict(
            lambda: {
                **dict.fromkeys(("attempts", "refusals", "visits", "supervisions"), 0),
                "excluded": [],
                "rings": [],
                "remaining": None,
                "owned": False,
            }
        )
        super().__init__()
        self.operations |= {
            name.replace("__", "."): getattr(self, name)
            for name in dir(type(self))
            if "__" in name.strip("_")
        }
        for name, parameter in _ECHOES.items():
            self.operations[name] = lambda site, _p=parameter, **given: given[_p]
        for name, value in _FIXED.items():
            self.operations[name] = lambda site, _v=value, **given: _v

    def row(self, key: Any) -> dict[str, Any]:
        return self.rows[key]

    def service__open_offer(self, site: CallSite, request_id: int, ring: str) -> Any:
        self.row(request_id)["rings"].append(ring)
        return {"ring": ring, "refusals": 0, "binding": False}

    def service__widen_offer(self, site: CallSite, request_id: int, ring: str) -> str:
        self.row(request_id)["rings"].append("+" + ring)
        return ring

    def service__refuse_offer(self, site: CallSite, request_id: int, engineer: str) -> Any:
        row = self.row(request_id)
        row["refusals"] += 1
        row["excluded"].append(engineer)
        return {"ring": "pool", "refusals": row["refusals"], "binding": False}

    def service__reopen_offer(
        self, site: CallSite, request_id: int, ring: str, binding: bool
    ) -> Any:
        row = self.row(request_id)
        row["rings"].append(ring)
        return {"ring": ring, "refusals": row["refusals"], "binding": binding}

    def service__record_visit(self, site: CallSite, request_id: int, result: str) -> str:
        self.row(request_id)["visits"] += 1
        return result

    def service__start_supervision(self, site: CallSite, request_id: int, engineer: str) -> int:
        self.row(request_id)["supervisions"] += 1
        return int(self.row(request_id)["supervisions"])

    def service__pause_request(self, site: CallSite, request_id: int, reason: str) -> Any:
        for timer in site.timers():
            if timer.element == "resolution_due":
                self.row(request_id)["remaining"] = timer.due_at - self.present
                site.reschedule(timer.task_id, FAR)
        return {"reason": reason, "until": (self.present + timedelta(days=4)).isoformat()}

    def service__resume_request(self, site: CallSite, request_id: int) -> bool:
        left = self.row(request_id)["remaining"]
        for timer in site.timers():
            if timer.element == "resolution_due" and left:
                site.reschedule(timer.task_id, self.present + left)
        return True

    def service__release_engineer(self, site: CallSite, request_id: int) -> Any:
        return {"departed": self.row(request_id).get("departed", False)}

    def service__record_follow_up(self, site: CallSite, request_id: int, answer: Any) -> Any:
        self.row(request_id)["attempts"] += 1
        return {"attempts": self.row(request_id)["attempts"]}

    def service__cancel_repair(self, site: CallSite, request_id: int) -> str:
        return "withdrawn" if self.row(request_id).get("received") else "cancelled"

    def service__record_intake(self, site: CallSite, request_id: int, result: str) -> str:
        self.row(request_id)["received"] = result == "received"
        return result

    def service__record_answer(self, site: CallSite, request_id: int, answer: Any) -> str:
        return "agreed" if answer["agreed"] else "declined"

    def service__find_open_request(self, site: CallSite, ticket_id: int) -> Any:
        return {"found": self.row(ticket_id).get("open", False)}

    def test__route(self, site: CallSite, decision: str) -> Any:
        return {"outcome": "approved" if decision == "approve" else "rejected"}


_ECHOES = {
    "service.record_consent": "answer",
    "service.finish_visits": "result",
    "service.finish_request": "result",
    "service.close_request": "result",
    "service.finish_repair": "result",
    "service.push_ticket": "target",
}
_FIXED = {
    "service.confirm_engineer": "dispatched",
    "service.put_off_visit": "put_off",
    "service.record_supervision": "supervised",
    "service.settle_cancellation": "cancelled",
    "service.join_request": "joined",
    "desk.make_activity": "activity",
    **dict.fromkeys(
        (
            *("service.accept_request", "service.escalate_sla", "service.remind_visit"),
            *("service.warn_late", "service.urge_supervision", "service.make_charge"),
            *("service.lend_unit", "service.return_loan", "desk.notify"),
        ),
        True,
    ),
}


class FlowCase(Case):
    """A case of service or the desk."""

    world: ServiceFirm

    def __init__(self, key: str, firm: ServiceFirm | None = None, **variables: Any) -> None:
        super().__init__(flow_process(key), variables, firm or ServiceFirm())

    @property
    def waiting(self) -> list[str]:
        """Timers and messages that are waited for, by element."""
        return sorted({*self.timers, *(element for element, _name, _key in self.messages)})

    def after(self, **length: float) -> str:
        return (self.world.present + timedelta(**length)).isoformat()

    def due(self, element: str) -> FlowCase:
        """The time comes for that timer; others that are due fire too."""
        self.until(self.timers[element])
        return self

    # --- what people do
    def claim(self, engineer: str = "陈海") -> FlowCase:
        self.do("take_job", "claim", engineer=engineer)
        return self

    def appoint(self) -> FlowCase:
        self.do(
            "appoint",
            "appoint",
            appointment_at=self.after(hours=5),
            remind_at=self.after(hours=4),
        )
        return self

    def to_visit(self) -> FlowCase:
        return self.claim().appoint()

    def visit(self, result: str) -> FlowCase:
        self.do("depart", "depart").do("arrive", "arrive").do("work", result)
        return self

    def signed(self) -> FlowCase:
        self.do("sign", "sign")
        return self.due("due")
