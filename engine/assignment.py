"""Who is asked: from what a diagram says to people, with the reason for each.

A rule is kept with every human task, so that it can be resolved again when roles, superiors or
substitutes change:

    {"terms": [{"role": "finance"}], "initiator": 7, "excluded": [7], "reserve": false}

A term names a user (`{"user": 5}`), a role (`{"role": "finance", "department": 3}`; the department
may also be a path of names, `"销售部/华东组"`), the superior of a user (`{"superior_of": 5}`); what
else it holds (`rule`, `by`) is told as the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _

from engine.exceptions import InvalidData
from engine.models import Job, JobKind
from engine.organisation import Answers, Role, people_changed

Term = dict[str, Any]
Reasons = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Assignment:
    """The people of a task: those who may take it, and the one who has it already (or None)."""

    pool: tuple[int, ...]  # sorted
    assignee: int | None
    reasons: Reasons  # user id as text → why

    @property
    def audience(self) -> tuple[int, ...]:
        """In whose inbox the task lies."""
        return (self.assignee,) if self.assignee is not None else self.pool


def make_rule(
    *,
    assignee: Any = None,
    candidates: Any = None,
    groups: Iterable[str] = (),
    item: Any = None,
    initiator: int | None = None,
    excluded: Sequence[int] = (),
) -> dict[str, Any]:
    """The rule of a task from the values of its properties. `item` is the multi-instance's: it
    tells why."""
    terms = [*_terms(assignee), *_terms(candidates), *({"role": group} for group in groups)]
    if isinstance(item, Mapping):  # an operation has chosen this person and says why
        why = {key: value for key, value in item.items() if key != "user"}
        terms = [
            {**why, **term} if term.get("user") == item.get("user") else term for term in terms
        ]
    return {
        "terms": terms,
        "initiator": initiator,
        "excluded": sorted(excluded),
        "reserve": assignee is not None,
    }


def named(user: int, *, rule: str, by: int | None, instead_of: Mapping[str, Any]) -> dict[str, Any]:
    """The rule of a task that a person has given to `user`, in place of the rule `instead_of`; who
    was excluded still is."""
    return {
        "terms": [{"user": user, "rule": rule, "by": by}],
        "initiator": instead_of.get("initiator"),
        "excluded": instead_of.get("excluded", []),
        "reserve": True,
    }


def _terms(value: Any) -> list[Term]:
    match value:
        case None | "":
            return []
        case bool():
            pass
        case int():
            return [{"user": value}]
        case str() if value.isdecimal():
            return [{"user": int(value)}]
        case str() if value in Role.values:
            return [{"role": value}]
        case Mapping() if value.keys() & {"user", "role", "superior_of"} and _names_ids(value):
            return [dict(value)]
        case list() | tuple():
            return [term for item in value for term in _terms(item)]
    raise InvalidData(
        _("“%(value)s” names nobody: a user, a role, or a list of them is expected.")
        % {"value": str(value)[:80]}
    )


def _names_ids(term: Mapping[str, Any]) -> bool:
    return all(
        isinstance(term[key], int) or str(term[key]).isdecimal()
        for key in ("user", "superior_of")
        if key in term
    )


def resolve(rule: Mapping[str, Any], *, people: Answers) -> Assignment:
    """The people that a rule means now. Nobody found: those who hold the role administrator; one
    who is excluded only where there is no other, to hand it to somebody who may decide.

    Users who may not log in are left out; a substitute stands beside the person who is away, never
    for somebody excluded (nobody decides their own case through a principal), unless the account
    set lets people decide their own (`Organisation.decide_own`). Whoever was named for
    a role and has left is followed by those who hold it now."""
    reasons = _find(rule, rule["terms"], people) or _find(rule, _successors(rule["terms"]), people)
    if not reasons:
        administrators = people.holders(Role.ADMINISTRATOR)
        others = [user for user in administrators if user not in rule["excluded"]]
        for user in others or administrators:
            reasons[str(user)] = {"rule": "nobody_found"}
    pool = tuple(sorted(int(user) for user in reasons))
    reserved = pool[0] if rule["reserve"] and len(pool) == 1 else None
    return Assignment(pool, reserved, reasons)


def resolve_open(rule: Mapping[str, Any], *, people: Answers) -> Assignment:
    """`resolve` for a task that is open already: a department that its rule names by a path may
    have moved since. Such a term names nobody any more."""
    terms = [term for term in rule["terms"] if _is_somewhere(term.get("department"), people)]
    return resolve({**rule, "terms": terms}, people=people)


def _is_somewhere(department: Any, people: Answers) -> bool:
    return not isinstance(department, str) or people.department_at(department) is not None


def _find(rule: Mapping[str, Any], terms: Iterable[Term], people: Answers) -> Reasons:
    reasons: Reasons = {}
    for term in terms:
        for user in _users(term, rule.get("initiator"), people):
            reasons.setdefault(str(user), _reason(term))
    _settle(reasons, set(rule["excluded"]), people)
    return reasons


def _successors(terms: Iterable[Term]) -> list[Term]:
    return [_without(term, "user") for term in terms if "user" in term and "role" in term]


def _users(term: Term, initiator: int | None, people: Answers) -> Sequence[int]:
    if "user" in term:
        return [int(term["user"])]
    if "superior_of" in term:
        superior = people.superior(int(term["superior_of"]))
        return [] if superior is None else [superior]
    department = term.get("department")
    if department is not None:
        return people.holders(term["role"], department=_department(department, people))
    if initiator is not None:
        return people.nearest(term["role"], to=initiator)
    return people.holders(term["role"])


def _department(department: int | str, people: Answers) -> int:
    """A department that a term names by id or by a path of names."""
    found = people.department_at(department) if isinstance(department, str) else department
    if found is None:
        raise InvalidData(_("There is no department “%(path)s”.") % {"path": str(department)[:80]})
    return int(found)


def _reason(term: Term) -> dict[str, Any]:
    if "rule" in term or "found" in term:
        return {
            "rule": term.get("rule", term.get("found")),
            **_without(term, "rule", "found", "user"),
        }
    if "role" in term:
        return {"rule": "role", **term}
    if "superior_of" in term:
        return {"rule": "superior", **term}
    return {"rule": "named"}


def _without(term: Term, *names: str) -> Term:
    return {key: value for key, value in term.items() if key not in names and value is not None}


def _settle(reasons: Reasons, excluded: set[int], people: Answers) -> None:
    """Leave out who can't or may not, and let substitutes stand beside their principals."""
    standing = people.standing([int(user) for user in reasons])
    if not excluded.isdisjoint({*standing, *standing.values()}) and people.decide_own():
        excluded = set()
    for user in [user for user in reasons if int(user) in excluded or int(user) not in standing]:
        del reasons[user]
    for principal, substitute in standing.items():
        if substitute is not None and substitute not in excluded and str(principal) in reasons:
            reasons.setdefault(str(substitute), {"rule": "substitute", "for": principal})


@receiver(people_changed, dispatch_uid="engine.assignment")
def queue_reassignment(
    *,
    users: Iterable[int] = (),
    roles: Iterable[str] = (),
    at: datetime | None = None,
    **kwargs: Any,
) -> None:
    """A job of the same transaction resolves the open tasks concerned again
    (engine.reassignment)."""
    payload = {"users": sorted(users), "roles": sorted(roles)}
    Job.objects.create(kind=JobKind.REASSIGN, payload=payload, due_at=at or timezone.now())
