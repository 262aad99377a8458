"""The third pane of the approval center: one case with its document, and what may be done there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.approval import deciders
from apps.core.approval.forecast import PROCESS, Stop, forecast
from apps.core.attachments.content import ACCEPTED
from apps.core.documents import OpenDocument, card_of, pages_of
from apps.core.inbox import elements, looking, pages, rows, trail, wording
from apps.core.inbox.outline import outline_of
from apps.core.inbox.pages import Trouble
from apps.core.inbox.visibility import Viewer
from apps.desk import services
from engine import decisions
from engine.models import HumanTask, InstanceState, ProcessInstance
from engine.uploads import OPINION

TABS: Final = {
    "document": gettext_lazy("Document"),
    "trail": gettext_lazy("Trail"),
    "diagram": gettext_lazy("Diagram"),
    "related": gettext_lazy("Related"),
}
ORDER: Final = ("approve", "resubmit", "return", "send_back", "reject", "abandon")
KEYS: Final = {"approve": "a", "return": "r", "reject": "d"}  # decision → its key
ACT_KEYS: Final = {"transfer": "t", "add-approver": "s"}
AT_HAND: Final = ("claim", "resolve", *ACT_KEYS)  # the other acts stand in the menu


@dataclass(frozen=True, slots=True)
class Tab:
    code: str
    label: str
    active: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody's look at a case, for the tab that is open."""

    request: HttpRequest
    viewer: Viewer
    instance: ProcessInstance
    kept: services.Kept
    waiting: Sequence[looking.Waiting]


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the chain of approvers. `look`: done, now, next; `how`: what several count."""

    look: str
    title: str
    text: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A button of the decision bar, with its key."""

    button: pages.Button
    key: str


@dataclass(frozen=True, slots=True)
class Doing:
    """Something else that may be done, with its key; `at_hand`: beside the decisions."""

    offered: pages.Offered
    key: str
    at_hand: bool


def context(
    request: HttpRequest,
    viewer: Viewer,
    instance: ProcessInstance,
    task: HumanTask | None,
    trouble: Trouble | None = None,
) -> dict[str, Any]:
    """All that the pane shows. `task`: the one that was opened, if any."""
    trouble = trouble or Trouble()
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "document"
    tasks = looking.open_tasks(instance)
    wording.expect_names([instance.starter, *_asked(tasks)])
    stops = forecast(instance, tasks, now=timezone.now()) if tab == "document" else []
    wording.expect_names(user for stop in stops for user in stop.people)
    waiting = looking.waiting(instance, tasks)
    about = _about(task, tasks)
    kept = services.kept(
        user=viewer.id, business_key=instance.business_key, task=about.pk if about else None
    )
    card = card_of(instance)
    names = wording.names_of([instance.starter])
    party = str(instance.card.get("party") or "")
    subject = rows.subject_of(instance)
    return {
        "instance": instance,
        "task": task,
        "card": card,
        "subject": f"{party}：{subject}" if party else subject,
        "amount": rows.amount_of(instance),
        "facts": [
            card.kind or elements.process_label(instance.definition),
            card.number,
            names.get(instance.starter or 0, _("System")),
            wording.moment(rows.submitted_at(instance)),
        ],
        "state": _state(instance, waiting),
        "state_colour": rows.STATE_COLOURS[InstanceState(instance.state)],
        "tabs": [
            Tab(code, str(label), code == tab, instance.trail_length if code == "trail" else None)
            for code, label in TABS.items()
        ],
        "tab": tab,
        "waiting_for": waiting,
        "trouble": trouble,
        "chain": _chain(viewer, instance, stops),
        **_TAB_CONTEXTS[tab](Look(request, viewer, instance, kept, waiting)),
        **_bar(viewer, instance, about, kept, trouble),
    }


def _state(instance: ProcessInstance, waiting: Sequence[looking.Waiting]) -> str:
    if any(one.task.process == PROCESS for one in waiting):
        return _("To be approved")
    if waiting:
        return waiting[0].step
    return rows.end_label(instance) or str(InstanceState(instance.state).label)


# --- tabs -----------------------------------------------------------------------------------------
def _document(look: Look) -> dict[str, Any]:
    opened = _opened(look.request, look.instance)
    if opened is None:
        return {"gone": True}
    changes = services.see(
        look.kept.sighting,
        user=look.viewer.id,
        business_key=look.instance.business_key,
        snapshot=opened.snapshot(),
    )
    part = opened.preview(changes)
    return {
        **part.context,
        "part": part,
        "risks": opened.risks,
        "changes": changes,
        "taken_out": [
            (opened.label_of(path), "　".join(texts)) for path, texts in changes.gone.items()
        ],
        "changed_then": decisions.label(changes.decision),
    }


def _opened(request: HttpRequest, instance: ProcessInstance) -> OpenDocument | None:
    pages = pages_of(instance.business_key)
    return pages.open(request, instance) if pages else None


def _trail(look: Look) -> dict[str, Any]:
    return {"lines": trail.lines(look.instance)}


def _diagram(look: Look) -> dict[str, Any]:
    return {"parts": outline_of(look.instance, look.waiting)}


def _related(look: Look) -> dict[str, Any]:
    instance = look.instance
    opened = _opened(look.request, instance)
    part = opened.related() if opened else None
    others = ProcessInstance.objects.filter(business_key=instance.business_key)
    others = others.select_related("definition").defer("runtime", "definition__compiled")
    shown = [
        (elements.process_label(other.definition), other)
        for other in others.exclude(pk=instance.pk).order_by("-pk")[:20]
    ]
    return {**(part.context if part else {}), "part": part, "other_cases": shown}


_TAB_CONTEXTS: Final = {
    "document": _document,
    "trail": _trail,
    "diagram": _diagram,
    "related": _related,
}


def _asked(tasks: Sequence[HumanTask]) -> Iterator[int]:
    """Everybody who is named on open tasks, and by the reasons why they are asked."""
    for task in tasks:
        yield from map(int, task.assignment)
        for reason in task.assignment.values():
            yield from wording.people_in_reason(reason)


def _chain(viewer: Viewer, instance: ProcessInstance, stops: Sequence[Stop]) -> list[Node]:
    """Submitted, the levels, and what comes of it; none outside of an approval."""
    if not stops:
        return []
    names = wording.names_of({instance.starter, *(user for stop in stops for user in stop.people)})
    submitted = _("Submitted %(at)s") % {"at": wording.moment(rows.submitted_at(instance))}
    nodes = [Node("done", names.get(instance.starter or 0, _("System")), submitted)]
    for stop in stops:
        people = _(", ").join(
            _("%(name)s (me)") % {"name": names[user]} if user == viewer.id else names[user]
            for user in stop.people
            if user in names
        )
        role = deciders.label(stop.role)
        if stop.skipped:
            nodes.append(Node(stop.state, role, _("skipped")))
        elif stop.state == "done":
            nodes.append(Node("done", people, role, stop.how))
        elif stop.state == "now":
            due = wording.due(stop.at)
            nodes.append(Node("now", people, due.text if due else role, stop.how))
        else:
            text = _("%(role)s, about %(at)s") % {"role": role, "at": _day(stop)}
            nodes.append(Node("next", people or role, text, stop.how))
    return [*nodes, Node("next", _("Takes effect"), _("when all have approved"))]


def _day(stop: Any) -> str:
    due = wording.due(stop.at)
    return due.text if due else ""


def _about(task: HumanTask | None, tasks: Sequence[HumanTask]) -> HumanTask | None:
    """The task with which something can be done: the one that was opened, while it is open."""
    if task is not None and task.state in looking.UNFINISHED:
        return task
    return next((one for one in tasks if one.state in looking.OPEN), task)


# --- what may be done -----------------------------------------------------------------------------
def _bar(
    viewer: Viewer,
    instance: ProcessInstance,
    about: HumanTask | None,
    kept: services.Kept,
    trouble: Trouble,
) -> dict[str, Any]:
    withdrawable = instance.starter == viewer.id and pages.waits_for_withdrawal(instance)
    if about is None:
        return {"withdrawable": withdrawable, "mine": False}
    mine = looking.may_act(about, viewer.id)
    acts = pages.acts_of(about, viewer, mine, Trouble())
    found: dict[str, Any] = {
        "about": about,
        "mine": mine,
        "withdrawable": withdrawable,
        "doings": [_doing(one) for one in acts],
        "decides": mine and about.owner is None,
    }
    return {**found, **(_deciding(viewer, about, kept, trouble) if found["decides"] else {})}


def _doing(offered: pages.Offered) -> Doing:
    return Doing(offered, ACT_KEYS.get(offered.code, ""), offered.code in AT_HAND)


def _place(code: str) -> int:
    """Where a decision stands in the bar: refusing is never beside approving."""
    return ORDER.index(code) if code in ORDER else len(ORDER)


def _deciding(
    viewer: Viewer, task: HumanTask, kept: services.Kept, trouble: Trouble
) -> dict[str, Any]:
    form = looking.task_form(task, viewer.id)
    offers = sorted(looking.offers(task, form), key=lambda offer: _place(offer.code))
    buttons = pages.buttons_of(offers)
    opinion = trouble.typed.get("opinion")
    return {
        "why": looking.why(task, viewer.id),
        "form": pages.filled_form(task, viewer, form, trouble),
        "decisions": [Decision(button, KEYS.get(button.code, "")) for button in buttons],
        "needs_opinion": _(", ").join(b.label for b in buttons if b.needs_opinion),
        "opinion": opinion if opinion is not None else (kept.draft.text if kept.draft else ""),
        "draft": kept.draft,
        "phrases": kept.phrases,
        "files": OPINION,
        "accept": ACCEPTED,
    }
