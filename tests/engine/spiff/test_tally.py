"""Who has won, in every mode: all, any, percent; votes that stop; people added and removed."""

from __future__ import annotations

from typing import Any

import pytest

from engine.exceptions import InvalidExpression, LimitExceeded, WrongState
from engine.spiff.types import AddChild, Complete, Tally
from tests.engine.spiff.diagrams import (
    end,
    exclusive,
    files,
    flow,
    for_each,
    parallel,
    path,
    service,
    start,
    user,
)
from tests.engine.spiff.driver import Case, process_of


def level(mode: str, threshold: str = "100") -> dict[str, bytes]:
    properties = {
        "assignee": "who",
        "tallyMode": mode,
        "tallyThreshold": threshold,
        "tallyYes": '["yes"]',
        "tallyNo": '["no"]',
        "tallyStop": '["back"]',
    }
    loop = for_each("people", "who", "votes", "vote", "level_closed")
    return dict(
        files(
            start()
            + user("sign", loop, **properties)
            + service("move", "move", "moved")
            + user("after")
            + exclusive("g", "g-e")
            + end()
            + path("s", "sign", "move", "after", "g", "e")
            + flow("g", "sign", 'decision == "again"')
        )
    )


def opened(mode: str, people: str = "abc", threshold: str = "100") -> tuple[Case, list[Any]]:
    seen: list[Any] = []
    process = process_of(level(f'"{mode}"', threshold))
    case = Case(process, {"people": list(people)}, move=lambda site: seen.append(site.tally))
    return case, seen


@pytest.mark.parametrize(
    ("mode", "threshold", "votes", "kind"),
    [
        ("all", "100", {"a": "yes", "b": "yes", "c": "yes"}, "yes"),
        ("all", "100", {"a": "yes", "b": "no"}, "no"),
        ("any", "100", {"a": "yes"}, "yes"),
        ("any", "100", {"a": "no", "b": "yes"}, "yes"),
        ("any", "100", {"a": "no", "b": "no", "c": "no"}, "no"),
        ("percent", "60", {"a": "yes", "b": "yes"}, "yes"),
        ("percent", "60", {"a": "no", "b": "no"}, "no"),
        ("percent", "67", {"a": "yes", "b": "yes", "c": "yes"}, "yes"),
        ("percent", "67", {"a": "yes", "b": "no"}, "no"),
        ("percent", "34", {"a": "yes", "b": "no", "c": "yes"}, "yes"),
        ("all", "100", {"a": "yes", "b": "back"}, "stop"),
        ("all", "100", {"a": "yes", "b": "abstain", "c": "yes"}, "no"),
        ("any", "100", {"a": "abstain", "b": "abstain", "c": "no"}, "no"),
    ],
)
def test_modes(mode: str, threshold: str, votes: dict[str, str], kind: str) -> None:
    case, seen = opened(mode, threshold=threshold)
    for number, (who, vote) in enumerate(votes.items(), start=1):
        assert "sign" in case.ready, f"closed before vote {number}"
        case.vote("sign", vote, who=who)
    assert case.ready == ["after"], "still open after the last vote"
    last = list(votes.values())[-1]
    tally = case.last.tally
    assert tally is not None
    assert (tally.kind, tally.code, tally.of) == (kind, last, 3)
    assert tally.yes == list(votes.values()).count("yes")
    assert tally.no == list(votes.values()).count("no")
    assert seen == [tally]
    assert tally.activity == case.steps[0].opened[0].activity


def test_no_tally_while_the_level_is_open() -> None:
    case, _seen = opened("all")
    case.vote("sign", "yes", who="a")
    assert case.last.tally is None
    assert case.last.opened == []
    assert [closed.state for closed in case.last.closed] == ["completed"]


def test_who_is_not_asked_any_more_is_cancelled() -> None:
    case, _seen = opened("any")
    case.vote("sign", "yes", who="b")
    assert sorted(closed.state for closed in case.last.closed) == [
        *("completed", "superseded", "superseded")
    ]
    case.do("after", "done")
    assert case.last.variables["votes"] == ["yes"]
    assert "level_closed" not in case.last.variables  # it was the child's


def test_what_ends_in_the_same_step_is_not_decided_by_the_votes() -> None:
    """Beside the level another task is open; the end that the votes lead to ends both."""
    properties = {
        "assignee": "who",
        "tallyMode": '"any"',
        "tallyYes": '["yes"]',
        "tallyNo": '["no"]',
    }
    body = (
        start()
        + parallel("split")
        + user("sign", for_each("people", "who", "votes", "vote", "level_closed"), **properties)
        + end("over", "<bpmn:terminateEventDefinition/>")
        + user("beside")
        + end()
        + path("s", "split", "sign", "over")
        + path("split", "beside", "e")
    )
    case = Case(process_of(files(body)), {"people": list("ab")})
    beside = case.task("beside").task_id
    case.vote("sign", "yes", who="a")
    states = {closed.task_id: closed.state for closed in case.last.closed}
    assert states.pop(beside) == "cancelled"
    assert sorted(states.values()) == ["completed", "superseded"]


def test_someone_added_counts() -> None:
    case, _seen = opened("all", "ab")
    case.vote("sign", "yes", who="a")
    case.add("sign", "c", who="b")
    (added,) = case.last.opened
    assert (added.item, added.index, added.assignee) == ("c", 2, "c")
    assert added.activity == case.steps[0].opened[0].activity
    case.vote("sign", "yes", who="b")
    assert case.ready == ["sign"]
    case.vote("sign", "yes", who="c")
    assert case.last.tally is not None
    assert case.last.tally.of == 3


def test_someone_added_to_a_percentage_may_undo_a_majority() -> None:
    case, _seen = opened("percent", "abc", "60")
    case.vote("sign", "yes", who="a")
    for extra in "de":
        case.add("sign", extra, who="b")
    case.vote("sign", "yes", who="b")
    assert len(case.ready) == 3  # two of five
    case.vote("sign", "yes", who="d")
    assert case.ready == ["after"]


def test_someone_removed_is_counted_no_more() -> None:
    case, _seen = opened("all", "abc")
    case.vote("sign", "yes", who="a")
    case.vote("sign", "removed", who="b")
    assert case.ready == ["sign"]
    case.vote("sign", "yes", who="c")
    tally = case.last.tally
    assert tally is not None
    assert (tally.kind, tally.yes, tally.no, tally.of) == ("yes", 2, 0, 2)


def test_removing_the_last_undecided_closes_the_level() -> None:
    case, _seen = opened("all", "ab")
    case.vote("sign", "yes", who="a")
    case.vote("sign", "removed", who="b")
    tally = case.last.tally
    assert tally is not None
    assert (tally.kind, tally.code, tally.of) == ("yes", "removed", 1)


def test_any_is_held_open_while_someone_added_waits() -> None:
    case, _seen = opened("any", "ab")
    case.add("sign", "c", who="a")
    case.act(Complete(case.task("sign", who="a").task_id, "yes", hold=True))
    assert case.last.tally is None
    case.vote("sign", "no", who="c")
    assert case.last.tally is not None
    assert case.last.tally.kind == "yes"


def test_the_result_is_kept_for_its_scope_until_the_next() -> None:
    case, seen = opened("any", "a")
    case.vote("sign", "yes", who="a").do("after", "again")
    assert case.ready == ["sign"]
    case.vote("sign", "back", who="a")
    assert [tally.kind for tally in seen] == ["yes", "stop"]


def test_a_level_without_anybody_passes_and_leaves_no_result() -> None:
    seen: list[Tally | None] = []

    def move(site: Any) -> str:
        seen.append(site.tally)
        return "moved"

    case = Case(process_of(level('"all"')), {"people": ["a"]}, move=move)
    case.vote("sign", "yes", who="a")
    task = case.task("after").task_id
    case.act(Complete(task, "again", {"people": []}))
    assert case.ready == ["after"]
    assert seen[0] is not None
    assert seen[1] is None


@pytest.mark.parametrize(
    ("mode", "threshold"),
    [('"most"', "60"), ("mode", "60"), ('"percent"', '"x"'), ('"percent"', "0")],
)
def test_a_wrong_property_names_itself(mode: str, threshold: str) -> None:
    case = Case(process_of(level(mode, threshold)), {"people": ["a"]})
    before = case.state
    with pytest.raises(InvalidExpression) as wrong:
        case.vote("sign", "yes", who="a")
    assert wrong.value.data["element"] == "sign"
    assert case.state == before


def test_only_children_can_get_siblings() -> None:
    case, _seen = opened("any", "a")
    task = case.task("sign").task_id
    case.vote("sign", "yes", who="a")
    with pytest.raises(WrongState):
        case.act(AddChild(case.task("after").task_id, "x"))
    with pytest.raises(WrongState):
        case.act(AddChild(task, "x"))


def test_at_most_a_thousand_children() -> None:
    process = process_of(level('"all"'))
    with pytest.raises(LimitExceeded) as too_many:
        Case(process, {"people": list(range(1001))})
    assert too_many.value.data["element"] == "sign"
    case = Case(process, {"people": list(range(1000))})
    with pytest.raises(LimitExceeded):
        case.act(AddChild(case.last.opened[0].task_id, "x"))
