"""Lead promotion (E) with its two called diagrams, and reminders (F)."""

from __future__ import annotations

import pytest

from engine.exceptions import OperationFailed
from tests.casework import Case, Registered, deploy

pytestmark = pytest.mark.django_db

OWNER, RIVAL, MANAGER = "xiexiaomei", "qiuzhiyuan", "shanlina"
NOTED = {
    "sales.urge_lead": (("lead_id",), True),
    "sales.warn_recycle": (("lead_id",), True),
    "sales.resubmit_lead": (("lead_id",), "resubmitted"),
    "sales.recycle_lead": (("lead_id",), "recycled"),
    "sales.merge_lead": (("lead_id", "ruling"), "merged"),
    "desk.notify": (("reminder_id",), True),
    "desk.make_activity": (("reminder_id",), "activity"),
}


class Sales:
    """The operations that sales and the desk will bring."""

    def __init__(self, registered: Registered, people: dict[str, int]) -> None:
        self.people = people
        self.calls: list[str] = []
        self.owned = False
        self.promotion_fails = False
        for name, (parameters, result) in NOTED.items():
            registered.operation(name, self._note(name, result), *parameters)
        registered.operation("sales.find_duplicates", self.find_duplicates)
        registered.operation("sales.promote_lead", self.promote_lead)
        registered.operation("sales.close_lead", self.close_lead)
        for form in ("lead_conflict", "lead_ruling", "lead_more", "lead_review"):
            registered.form(f"sales/{form}")
        registered.form("desk/reminder")

    def _note(self, name: str, result: object):
        def operation(context, **given) -> object:
            self.calls.append(name)
            return result

        return operation

    def find_duplicates(self, context, *, lead_id: int) -> dict:
        return {"owned": self.owned, "owner": self.people[RIVAL]}

    def promote_lead(self, context, *, lead_id: int) -> str:
        if self.promotion_fails:
            raise RuntimeError("promotion key exists")
        self.calls.append("sales.promote_lead")
        return "promoted"

    def close_lead(self, context, *, lead_id: int, result: str) -> str:
        return result


@pytest.fixture
def sales(registered, people) -> Sales:
    return Sales(registered, people)


@pytest.fixture
def promote(people, sales):
    deploy("lead_promotion")

    def start(**over) -> Case:
        given = {"region": "西北", "industry": "医院", **over}
        return Case(
            people,
            "lead_promotion",
            by=OWNER,
            business_key="sales.lead:7",
            lead_id=7,
            owner=people[OWNER],
            initiator=people[OWNER],
            **given,
        )

    return start


def test_promoted(promote):
    case = promote()
    assert (case.elements(), case.who()) == (["review"], [MANAGER])
    assert case.timers().keys() == {"review_due"}
    assert case.decide(MANAGER, "approve").ended("promoted", "promoted")


def test_a_promotion_that_fails_leaves_the_review_open(promote, sales):
    case = promote()
    sales.promotion_fails = True
    with pytest.raises(OperationFailed, match="promotion key exists"):
        case.decide(MANAGER, "approve")
    sales.promotion_fails = False
    assert case.check().decide(MANAGER, "approve").ended("promoted")


@pytest.mark.parametrize(("decision", "end"), [("invalid", "invalid"), ("back", "yellow")])
def test_not_promoted(promote, decision, end):
    assert promote().decide(MANAGER, decision).ended(end)


@pytest.mark.parametrize("ruling", ["keep_owner", "to_applicant", "both", "restore"])
def test_a_conflict_is_ruled_upon(promote, sales, ruling):
    sales.owned = True
    case = promote()
    assert (case.elements(), case.who()) == (["handle"], [OWNER])
    case.decide(OWNER, "ask_ruling")
    assert (case.who(), case.timers().keys()) == ([MANAGER], {"rule_due"})
    assert case.decide(MANAGER, ruling).ended("merged", "merged")
    assert "sales.promote_lead" not in sales.calls


def test_a_ruling_is_urged_every_working_day(promote, sales):
    sales.owned = True
    case = promote().decide(OWNER, "ask_ruling")
    for number in (1, 2):
        case.until(case.timers()["rule_due"])
        assert sales.calls.count("sales.urge_lead") == number
    assert case.decide(MANAGER, "both").ended("merged")


def test_a_conflict_is_given_up(promote, sales):
    sales.owned = True
    assert promote().decide(OWNER, "give_up").ended("conflict", "conflict")


def test_owned_by_another_meanwhile(promote, sales):
    case = promote().decide(MANAGER, "ask_more")
    sales.owned = True
    case.decide(OWNER, "resubmit")
    assert (case.elements(), case.timers()) == (["handle"], {})


def test_asked_for_more_twice(promote):
    case = promote()
    for _ in range(2):
        case.decide(MANAGER, "ask_more")
        assert case.timers().keys() == {"warn_due", "recycle_due"}
        case.decide(OWNER, "resubmit")
        assert case.timers().keys() == {"review_due"}
    assert case.decide(MANAGER, "approve").ended("promoted")


def test_silent_warned_and_recycled(promote, sales):
    case = promote().decide(MANAGER, "ask_more").pass_time(days=27, hours=1)
    assert sales.calls == ["sales.warn_recycle"]
    assert case.elements() == ["more"]
    case.pass_time(days=3)
    assert case.ended("recycled", "recycled")


def test_silent_while_the_server_was_down(promote, sales):
    case = promote().decide(MANAGER, "ask_more").pass_time(days=40)
    assert case.ended("recycled")
    assert sales.calls[-1] == "sales.recycle_lead"


def test_a_review_is_urged(promote, sales):
    case = promote()
    case.until(case.timers()["review_due"]).until(case.timers()["review_due"])
    assert sales.calls.count("sales.urge_lead") == 2
    assert case.decide(MANAGER, "approve").ended("promoted")


# --- reminders ------------------------------------------------------------------------------------
@pytest.fixture
def remind(people, sales) -> Case:
    deploy("reminder")
    return Case(
        people,
        "reminder",
        by=RIVAL,
        business_key="desk.reminder:9",
        reminder_id=9,
        recipient=people[RIVAL],
    )


def test_a_reminder_is_done(remind, sales):
    assert remind.who() == [RIVAL]
    assert remind.open[0].queue == "reminder"
    assert remind.decide(RIVAL, "done").ended("finished")


def test_a_reminder_becomes_an_activity(remind):
    assert remind.decide(RIVAL, "activity").ended("activity_end", "activity")


def test_a_reminder_repeats_until_its_cause_is_handled(remind, sales):
    for number in (2, 3, 4):
        remind.until(remind.timers()["repeat"])
        assert sales.calls.count("desk.notify") == number
    remind.message("desk.cause_handled", "9")
    assert remind.ended("dissolved")
