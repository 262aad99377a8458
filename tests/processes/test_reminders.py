"""Reminders (F)."""

from __future__ import annotations

import pytest

from tests.casework import Case, Registered, deploy

pytestmark = pytest.mark.django_db

OWNER = "qiuzhiyuan"


class Desk:
    """The operations that the desk will bring."""

    def __init__(self, registered: Registered) -> None:
        self.calls: list[str] = []
        for name, result in {"desk.notify": True, "desk.make_activity": "activity"}.items():
            registered.operation(name, self._note(name, result), "reminder_id")
        registered.form("desk/reminder")

    def _note(self, name: str, result: object):
        def operation(context, **given) -> object:
            self.calls.append(name)
            return result

        return operation


@pytest.fixture
def desk(registered) -> Desk:
    return Desk(registered)


@pytest.fixture
def remind(people, desk) -> Case:
    deploy("reminder")
    return Case(
        people,
        "reminder",
        by=OWNER,
        business_key="desk.reminder:9",
        reminder_id=9,
        recipient=people[OWNER],
    )


def test_a_reminder_is_done(remind, desk):
    assert remind.who() == [OWNER]
    assert remind.open[0].queue == "reminder"
    assert remind.decide(OWNER, "done").ended("finished")


def test_a_reminder_becomes_an_activity(remind):
    assert remind.decide(OWNER, "activity").ended("activity_end", "activity")


def test_a_reminder_repeats_until_its_cause_is_handled(remind, desk):
    for number in (2, 3, 4):
        remind.until(remind.timers()["repeat"])
        assert desk.calls.count("desk.notify") == number
    remind.message("desk.cause_handled", "9")
    assert remind.ended("dissolved")
