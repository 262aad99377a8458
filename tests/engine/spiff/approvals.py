"""The approval diagrams with people, rows and operations in memory: what `apps.core.approval` does
in tables."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from engine.exceptions import BusinessError
from engine.spiff import CompiledProcess
from engine.spiff.types import CallSite, Complete, Tally
from tests.engine.spiff.driver import Case, World, process_of

ROOT = Path(__file__).parents[3]
FOLDERS = (ROOT / "processes" / "approval", ROOT / "tests" / "processes" / "approval")
VARIANTS = ROOT / "tests" / "processes" / "variants"
DOCUMENT = "contracts.salescontract:17"


@cache
def approval_process(key: str, **replaced: str) -> CompiledProcess:
    """The process from its files; `replaced` puts a variant in the place of a file (by its name
    without ending)."""
    found = {
        f.name: f.read_bytes()
        for folder in FOLDERS
        if folder.exists()
        for f in folder.iterdir()
        if f.suffix in (".bpmn", ".dmn")
    }
    for name, variant in replaced.items():
        original = next(n for n in found if n.startswith(f"{name}."))
        found[original] = (VARIANTS / variant).read_bytes()
    return process_of(found, key)


class Firm(World):
    """Who holds which role, what was decided, and what took effect. Reminders run in plain hours
    here."""

    def __init__(self, **roles: list[str]) -> None:
        self.roles = {
            "department_head": ["li"],
            "finance": ["fang", "fei"],
            "general_manager": ["a", "b", "c", "d", "e"],
            "purchasing_manager": ["pan"],
            "administrator": ["root"],
            **roles,
        }
        self.superiors: dict[str, str] = {}
        self.extra: dict[str, list[str]] = {}  # task id -> further candidates
        self.last_approvers: list[str] = []
        self.asked: list[str] = []
        self.notes: list[str] = []
        self.facts: dict[str, Any] = {}  # of the document
        self.effects: list[str] = []
        self.reminded: list[list[str]] = []
        self.blockers: list[str] = []
        self.shipped = 0
        self.last_role = "general_manager"
        self.reversals_to_fail = 0
        self.effect_fails = ""
        self.send_back_to = 0
        self.voters: list[str] = []
        self.case: ApprovalCase | None = None
        super().__init__(
            {
                "approval.plan_route": self.plan_route,
                "approval.resolve_approvers": self.resolve_approvers,
                "approval.move_route": self.move_route,
                "approval.remind": self.remind,
                "approval.add_superior": self.add_superior,
                "approval.ask_others": lambda site, **_: [{"user": "boss", "found": "superior"}],
                "document.find_impact": self.find_impact,
                "document.reverse_effects": self.reverse_effects,
                "document.submit": self.submit,
                "document.take_effect": self.take_effect,
                "requests.take_effect": self.take_effect,
                **{
                    f"document.{name}": self.effect(name)
                    for name in ("reopen", "send_back", "reject")
                },
            }
        )
        self.office = None

    def plan_route(self, site: CallSite, target: str, rows: list[dict[str, Any]]) -> Any:
        self.last_approvers, self.asked = [], []
        levels = sorted(rows, key=lambda row: row["level"])
        return {"levels": levels, "position": 0, "outcome": "open"}

    def resolve_approvers(
        self, site: CallSite, target: str, starter: str, plan: Mapping[str, Any]
    ) -> Any:
        found = plan["levels"][plan["position"]]["role"]
        holders = self.roles.get(found, [])
        if not holders:
            return [{"user": u, "found": "administrator"} for u in self.roles["administrator"]]
        users = [user for user in holders if user != starter]
        if not users and starter in self.superiors:
            users, found = [self.superiors[starter]], "superior"
        elif not users and "finance" not in self.asked:
            users, found = [u for u in self.roles["finance"] if u != starter], "finance"
        elif not users:
            self.notes.append("own level, finance asked already")
            return []
        self.asked.append(found)
        if len(users) == 1 and users[0] in self.last_approvers:
            self.notes.append("same person as before")
            return []
        return [{"user": user, "found": found} for user in users]

    def move_route(self, site: CallSite, target: str, plan: Mapping[str, Any]) -> Any:
        voters, self.voters = self.voters, []
        tally, route = site.tally, dict(plan)
        if tally is None or tally.kind == "yes":  # nobody was asked, or enough have agreed
            self.last_approvers = voters if tally else self.last_approvers
            return {**route, "outcome": "approved", "position": route["position"] + 1}
        if tally.kind == "no":
            return {**route, "outcome": "rejected"}
        self.last_approvers = []
        if tally.code == "return":
            return {**route, "outcome": "returned"}
        return {**route, "outcome": "sent_back", "position": self.send_back_to}

    def remind(self, site: CallSite, target: str) -> None:
        assert self.case is not None
        self.reminded.append(self.case.people(task for task, _activity in site.open_tasks()))

    def add_superior(self, site: CallSite, target: str) -> None:
        assert self.case is not None
        for task, _activity in site.open_tasks():
            for person in self.case.people([task]):
                self.extra.setdefault(task, []).append(f"boss_of_{person}")

    def submit(self, site: CallSite, target: str) -> dict[str, Any]:
        return dict(self.facts)

    def take_effect(self, site: CallSite, target: str) -> str:
        if self.effect_fails:
            raise ValueError(self.effect_fails)
        self.effects.append("take_effect")
        return "effective"

    def effect(self, name: str) -> Any:
        def operation(site: CallSite, target: str) -> str:
            self.effects.append(name)
            return name

        return operation

    def find_impact(self, site: CallSite, target: str, because: str = "") -> Any:
        return {
            "blockers": list(self.blockers),
            "effects": self.shipped,
            "last_role": self.last_role,
            "near": 1,
        }

    def reverse_effects(self, site: CallSite, target: str) -> str:
        if self.reversals_to_fail:
            self.reversals_to_fail -= 1
            raise BusinessError("reversal_failed", "stock gone")
        self.effects.append("reverse")
        return "reversed"


class ApprovalCase(Case):
    """An approval, told by people."""

    world: Firm

    def __init__(self, process: CompiledProcess, firm: Firm, **variables: Any) -> None:
        firm.case = self
        super().__init__(process, variables, firm)

    def people(self, tasks: Any) -> list[str]:
        """Who may decide those tasks: assignees and further candidates."""
        seen = {t.task_id: t for step in self.steps for t in step.opened}
        return sorted(
            person
            for task in tasks
            for person in (seen[task].assignee, *self.world.extra.get(task, ()))
        )

    @property
    def who(self) -> list[str]:
        return sorted(
            person
            for task in self.open.values()
            for person in (
                task.assignee or ",".join(task.groups),
                *self.world.extra.get(task.task_id, ()),
            )
        )

    def of(self, person: str) -> Any:
        """The open task of a person."""
        return next(
            task
            for task in self.open.values()
            if person in (task.assignee, *self.world.extra.get(task.task_id, ()))
        )

    def decide(self, person: str, decision: str, to: int = 0) -> Tally | None:
        self.world.send_back_to = to
        if decision == "approve":
            self.world.voters.append(person)
        self.vote_task(self.of(person).task_id, decision)
        return self.last.tally

    def vote_task(self, task_id: str, decision: str, **variables: Any) -> None:
        self.act(Complete(task_id, decision, variables))

    def withdraw(self, key: str = DOCUMENT) -> None:
        self.message("withdraw", {"by": "zhang"}, key)

    def resubmit(self, element: str = "revise", **facts: Any) -> None:
        assert (self.ready, self.who) == ([element], ["zhang"])
        self.world.facts |= facts  # those of a document; a request has its own in variables
        self.do(element, "resubmit", **facts)

    def give_up(self) -> None:
        (element,) = self.ready
        self.do(element, "abandon")

    def finished(self, end: str) -> bool:
        return self.ended and self.ends == [end]


COUNTERSIGN = "contract_matrix_all_percent.dmn"  # finance: all; general manager: 60 percent


def facts_of_a_contract(amount: object) -> dict[str, Any]:
    return {
        "kind": "sales_contract",
        "amount": Decimal(str(amount)),
        "under_floor": False,
        "over_credit": False,
        "department": "sales",
        "departments": ["sales"],
    }


def contract(
    amount: object = 600000, firm: Firm | None = None, countersign: bool = True, **facts: Any
) -> ApprovalCase:
    variant = {"contract_matrix": COUNTERSIGN} if countersign else {}
    process = approval_process("contract_approval", **variant)
    return contract_by(process, amount, firm, **facts)


def contract_by(
    process: CompiledProcess, amount: object, firm: Firm | None = None, **facts: Any
) -> ApprovalCase:
    firm = firm or Firm()
    firm.facts = {**facts_of_a_contract(amount), **facts}
    return ApprovalCase(process, firm, document=DOCUMENT, initiator="zhang")


def request(amount: object = 5000, firm: Firm | None = None) -> ApprovalCase:
    return ApprovalCase(
        approval_process("general_request"),
        firm or Firm(),
        document=DOCUMENT,
        initiator="zhang",
        subject="new chairs",
        amount=Decimal(str(amount)),
        text="twelve",
    )


def unapprove(firm: Firm | None = None, queue: str = "invoices") -> ApprovalCase:
    return ApprovalCase(
        approval_process("document_unapproval"),
        firm or Firm(),
        document=DOCUMENT,
        initiator="zhang",
        queue=queue,
        reason="wrong price",
    )
