"""The operations that the app of the service will bring: rows of a request are a dict here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from engine import instances
from engine.operations import Context
from engine.organisation import organisation
from tests.casework import Registered

FAR = datetime(9999, 12, 31, tzinfo=UTC)
NAMED_ENGINEER = "chenhai"

# What is only noted: its name → the parameter whose value is the result, or the result.
ECHOED = {
    "service.record_consent": "answer",
    "service.record_visit": "result",
    "service.finish_visits": "result",
    "service.finish_request": "result",
    "service.close_request": "result",
    "service.finish_repair": "result",
    "service.record_intake": "result",
    "service.push_ticket": "target",
}
NOTED = {
    "service.accept_request": ("request_id",),
    "service.confirm_engineer": ("request_id", "engineer"),
    "service.remind_visit": ("request_id",),
    "service.warn_late": ("request_id",),
    "service.put_off_visit": ("request_id",),
    "service.escalate_sla": ("request_id", "sla"),
    "service.settle_cancellation": ("request_id", "fee"),
    "service.make_charge": ("request_id", "result"),
    "service.lend_unit": ("request_id",),
    "service.return_loan": ("request_id",),
    "service.urge_supervision": ("supervision_id",),
    "service.record_supervision": ("supervision_id", "result"),
    "service.join_request": ("ticket_id",),
}
RESULTS = {
    "service.confirm_engineer": "dispatched",
    "service.put_off_visit": "put_off",
    "service.settle_cancellation": "cancelled",
    "service.record_supervision": "supervised",
    "service.join_request": "joined",
}
FORMS = (
    *("accept", "activity", "appointment", "arrive", "callback", "charge_quote", "depart"),
    *("dispatch", "follow_up", "hotline", "remote_help", "repair_ask", "repair_diagnose"),
    *("repair_quote", "repair_receive", "repair_remote", "repair_return", "repair_test"),
    *("repair_work", "settle", "signature", "supervision", "visiting_fee"),
)


class Service:
    """What the operations did, and what they answer."""

    def __init__(self, registered: Registered, people: dict[str, int]) -> None:
        self.people = people
        self.calls: list[str] = []
        self.rings: list[str] = []
        self.refusals: list[int] = []
        self.attempts = 0
        self.supervisions: list[int] = []
        self.departed = False
        self.received = False
        self.joins = False
        self.remaining = timedelta()
        for name, parameter in ECHOED.items():
            subject = "ticket_id" if name == "service.push_ticket" else "request_id"
            registered.operation(name, self._echo(name, parameter), subject, parameter)
        for name, parameters in NOTED.items():
            registered.operation(name, self._note(name), *parameters)
        for name in (
            *("open_offer", "widen_offer", "refuse_offer", "reopen_offer", "pause_request"),
            *("resume_request", "release_engineer", "record_follow_up", "start_supervision"),
            *("cancel_repair", "record_answer", "find_open_request"),
        ):
            registered.operation(f"service.{name}", getattr(self, name))
        for form in FORMS:
            registered.form(f"service/{form}")

    # --- dispatch
    def ring(self, name: str) -> list[dict[str, Any]]:
        """Who belongs to a ring of candidates, as terms of an assignment; whoever has refused is
        left out."""
        if name == "named":
            return [{"user": self.people[NAMED_ENGINEER]}]
        if name == "manager":
            return [{"role": "service_manager"}]
        pool = organisation().holders("representative")
        return [{"user": user} for user in pool if user not in self.refusals]

    def open_offer(self, context: Context, *, request_id: int, ring: str) -> dict[str, Any]:
        self.rings.append(ring)
        return {"ring": self.ring(ring), "refusals": 0, "binding": False}

    def widen_offer(self, context: Context, *, request_id: int, ring: str) -> str:
        self.rings.append(f"+{ring}")
        for task_id, _activity in context.site.open_tasks():
            for term in self.ring(ring):
                context.add_candidate(task_id, term)
        return ring

    def refuse_offer(self, context: Context, *, request_id: int, engineer: int) -> dict[str, Any]:
        self.refusals.append(engineer)
        return {"ring": self.ring("pool"), "refusals": len(self.refusals), "binding": False}

    def reopen_offer(
        self, context: Context, *, request_id: int, ring: str, binding: bool
    ) -> dict[str, Any]:
        self.rings.append(ring)
        return {"ring": self.ring(ring), "refusals": len(self.refusals), "binding": binding}

    # --- visits
    def start_supervision(self, context: Context, *, request_id: int, engineer: int) -> int:
        """A process of its own, started within the step of this one."""
        number = len(self.supervisions) + 1
        result = instances.start(
            "supervision",
            business_key=f"service.supervision:{number}",
            variables={"supervision_id": number},
            starter=context.actor,
            now=context.now,
        )
        self.supervisions.append(result.instance)
        return number

    def pause_request(self, context: Context, *, request_id: int, reason: str) -> dict[str, str]:
        for timer in self._resolution(context):
            self.remaining = timer.due_at - context.now
            context.site.reschedule(timer.task_id, FAR)
        return {"reason": reason, "until": (context.now + timedelta(days=4)).isoformat()}

    def resume_request(self, context: Context, *, request_id: int) -> bool:
        for timer in self._resolution(context):
            context.site.reschedule(timer.task_id, context.now + self.remaining)
        return True

    @staticmethod
    def _resolution(context: Context) -> list[Any]:
        return [timer for timer in context.site.timers() if timer.element == "resolution_due"]

    def release_engineer(self, context: Context, *, request_id: int) -> dict[str, bool]:
        return {"departed": self.departed}

    def record_follow_up(self, context: Context, *, request_id: int, answer: str) -> dict[str, int]:
        self.attempts += 1
        return {"attempts": self.attempts}

    # --- repair and hotline
    def cancel_repair(self, context: Context, *, request_id: int) -> str:
        return "withdrawn" if self.received else "cancelled"

    def record_answer(self, context: Context, *, request_id: int, answer: dict[str, bool]) -> str:
        return "agreed" if answer["agreed"] else "declined"

    def find_open_request(self, context: Context, *, ticket_id: int) -> dict[str, bool]:
        return {"found": self.joins}

    # --- the rest
    def _echo(self, name: str, parameter: str) -> Any:
        def operation(context: Context, **given: Any) -> Any:
            self.calls.append(name)
            self.received = self.received or given[parameter] == "received"
            return given[parameter]

        return operation

    def _note(self, name: str) -> Any:
        def operation(context: Context, **given: Any) -> Any:
            self.calls.append(name)
            return RESULTS.get(name, True)

        return operation
