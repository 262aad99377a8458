"""User tasks and manual tasks: who does them, with which form, until when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext_lazy as _

from engine.bpmn.findings import Finding, Problem, Repair, Verdict
from engine.bpmn.known import CATEGORIES
from engine.bpmn.model import HUMAN_TASKS, Node
from engine.bpmn.rules.expressions import (
    check_expression,
    check_variable,
    is_duration,
    without_vendor_mark,
)
from engine.bpmn.rules.registry import World, node_rule
from engine.bpmn.rules.variables import split_names

NO_NAME = Problem(
    "task_without_name",
    Verdict.DECISION,
    _("%(element)s has no name; nobody would know what to do. Name it."),
)
NO_FORM = Problem(
    "form_missing",
    Verdict.DECISION,
    _("%(element)s has no form. Set the property formKey."),
)
UNKNOWN_FORM = Problem(
    "form_unknown",
    Verdict.DECISION,
    _("%(element)s: there is no task form “%(form)s”. Choose one that exists in formKey."),
)
EDITS_WHAT_IS_APPROVED = Problem(
    "form_edits_approved",
    Verdict.DECISION,
    _(
        "%(element)s: the form “%(form)s” edits the document; an approver decides about it as it"
        " is. Choose another form, or the category work."
    ),
)
NO_CATEGORY = Problem(
    "category_missing",
    Verdict.DECISION,
    _("%(element)s has no category. Set the property category to %(known)s."),
)
UNKNOWN_CATEGORY = Problem(
    "category_unknown",
    Verdict.DECISION,
    _("%(element)s: there is no category “%(category)s”. Use %(known)s."),
)
NOBODY = Problem(
    "assignment_missing",
    Verdict.DECISION,
    _("%(element)s doesn't say who does it. Set candidateGroups, candidates or assignee."),
)
SEVERAL_ASSIGNMENTS = Problem(
    "assignment_several",
    Verdict.DECISION,
    _("%(element)s says in several ways who does it (%(found)s). Keep one of them."),
)
UNKNOWN_ROLE = Problem(
    "role_unknown",
    Verdict.DECISION,
    _("%(element)s: there is no role “%(role)s”. Choose one that exists."),
)
BAD_DUE = Problem(
    "due_invalid",
    Verdict.ERROR,
    _("%(element)s: “%(text)s” in %(name)s is no duration. Write for instance PT4H or P3D."),
)
BAD_PRIORITY = Problem(
    "priority_invalid",
    Verdict.ERROR,
    _("%(element)s: the priority “%(text)s” is no whole number from 0 to 100."),
)
NO_DECISIONS = Problem(
    "decisions_missing",
    Verdict.DECISION,
    _("%(element)s has no decisions: nobody could complete it. List the buttons in decisions."),
)
UNKNOWN_DECISION = Problem(
    "decision_unknown",
    Verdict.RUNS,
    _("%(element)s: no app has named the decision “%(decision)s”; its button shows the code."),
)
DECISION_TWICE = Problem(
    "decision_twice",
    Verdict.ERROR,
    _("%(element)s lists the decision “%(decision)s” twice. Remove one."),
)
OPINION_WITHOUT_DECISION = Problem(
    "opinion_unknown",
    Verdict.ERROR,
    _("%(element)s asks for an opinion on “%(decision)s”, which is none of its decisions."),
)
UNKNOWN_QUEUE = Problem(
    "queue_unknown",
    Verdict.DECISION,
    _("%(element)s: there is no queue “%(queue)s”. Choose one that exists."),
)

_ASSIGNMENTS: Final = ("candidateGroups", "candidates", "assignee")
_FROM_VENDOR: Final = ("formKey", "candidateGroups", "assignee", "priority")


@node_rule(*HUMAN_TASKS)
def has_a_name(node: Node, world: World) -> Iterator[Finding]:
    if not node.name:
        yield NO_NAME.at(node.place)


@node_rule(*HUMAN_TASKS)
def form_exists(node: Node, world: World) -> Iterator[Finding]:
    forms, key = world.known.forms, node.properties.get("formKey", "")
    if key and forms is not None and key not in forms:
        yield UNKNOWN_FORM.at(node.place, form=key)
    if key in world.known.editing and node.properties.get("category") == "approval":
        yield EDITS_WHAT_IS_APPROVED.at(node.place, form=key)
    if not key and node.kind == "userTask":
        vendors = node.vendor_attribute("formKey")
        known = forms is not None and vendors in forms
        yield NO_FORM.at(node.place, repair=_take_over(node, "formKey", vendors if known else ""))


@node_rule(*HUMAN_TASKS)
def category_exists(node: Node, world: World) -> Iterator[Finding]:
    category, known = node.properties.get("category"), ", ".join(sorted(CATEGORIES))
    if not category:
        yield NO_CATEGORY.at(node.place, known=known)
    elif category not in CATEGORIES:
        yield UNKNOWN_CATEGORY.at(node.place, category=category, known=known)


@node_rule(*HUMAN_TASKS)
def somebody_does_it(node: Node, world: World) -> Iterator[Finding]:
    found = [name for name in _ASSIGNMENTS if node.properties.get(name)]
    if len(found) > 1:
        yield SEVERAL_ASSIGNMENTS.at(node.place, found=", ".join(found))
    if not found:
        yield NOBODY.at(node.place, repair=_assignment_of_vendor(node, world))
    for name in ("candidates", "assignee"):
        value = node.properties.get(name)
        if value:
            yield from check_expression(value, node, name, action="set_property", name=name)
    for role in split_names(node.properties.get("candidateGroups", "")):
        if world.known.roles is not None and role not in world.known.roles:
            yield UNKNOWN_ROLE.at(node.place, role=role)


def _assignment_of_vendor(node: Node, world: World) -> Repair | None:
    """The assignment that a Camunda diagram holds, where it means the same here."""
    groups = node.vendor_attribute("candidateGroups")
    roles = world.known.roles or frozenset()
    if groups and all(group in roles for group in split_names(groups)):
        return _take_over(node, "candidateGroups", groups)
    # a bare assignee is a login name there, but a variable here: only an expression says the same
    expression = without_vendor_mark(node.vendor_attribute("assignee"))
    if expression and not list(check_expression(expression, node, "assignee")):
        return _take_over(node, "assignee", expression)
    return None


def _take_over(node: Node, name: str, value: str) -> Repair | None:
    if not value or not node.id:
        return None
    return Repair("set_property", node.id, node.place.line, {"name": name, "value": value})


@node_rule(*HUMAN_TASKS)
def due_and_priority(node: Node, world: World) -> Iterator[Finding]:
    for name in ("dueIn", "followUpIn"):
        text = node.properties.get(name)
        if text is not None and not is_duration(text):
            yield BAD_DUE.at(node.place, name=name, text=text)
    priority = node.properties.get("priority")
    if priority is not None and not _is_priority(priority):
        yield BAD_PRIORITY.at(node.place, text=priority)


def _is_priority(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 3 and int(text) <= 100


@node_rule(*HUMAN_TASKS)
def decisions_exist(node: Node, world: World) -> Iterator[Finding]:
    codes = split_names(node.properties.get("decisions", ""))
    if not codes:
        yield NO_DECISIONS.at(node.place)
    for code in dict.fromkeys(code for code in codes if codes.count(code) > 1):
        yield DECISION_TWICE.at(node.place, decision=code)
    known = world.known.decisions
    for code in dict.fromkeys(codes):
        if known is not None and code not in known:
            yield UNKNOWN_DECISION.at(node.place, decision=code)
    for code in split_names(node.properties.get("opinionRequired", "")):
        if code not in codes:
            yield OPINION_WITHOUT_DECISION.at(node.place, decision=code)


@node_rule(*HUMAN_TASKS)
def queue_exists(node: Node, world: World) -> Iterator[Finding]:
    queue, known = node.properties.get("queue"), world.known.queues
    if queue and known is not None and queue not in known | CATEGORIES:
        yield UNKNOWN_QUEUE.at(node.place, queue=queue)


@node_rule(*HUMAN_TASKS)
def variables_have_names(node: Node, world: World) -> Iterator[Finding]:
    for name in split_names(node.properties.get("variables", "")):
        yield from check_variable(name, node, "variables")
