"""The case as a film: where it has been, step by step, and where it stands. Data for the picture.

A *frame* is one diagram with one path: the case's own, and one for each visit to a call activity.
A *visit* is a row of the activity log. A *step* is a trail entry, and says which visits there were
by then.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.diagrams.files import diagrams_of, tables_of
from apps.core.inbox import elements, looking, trail, wording
from engine.models import ActivityInstance, ProcessInstance, TrailEvent
from engine.models.history import ActivityState

LONGEST: Final = 5_000  # visits; of a longer case the latest
DONE: Final = (ActivityState.COMPLETED, ActivityState.FAILED)


@dataclass(slots=True)
class Frame:
    """A diagram with a path of its own."""

    process: str
    element: str = ""  # the call activity that opened it
    parent: int | None = None  # index of the frame it was called in


@dataclass(slots=True)
class Log:
    """The visits of a case in the order in which they began, each with the frame it is seen in."""

    visits: Sequence[ActivityInstance]
    frames: list[Frame] = field(default_factory=list)
    frame_of: dict[UUID, int] = field(default_factory=dict)
    by_id: dict[UUID, ActivityInstance] = field(default_factory=dict)

    @classmethod
    def of(cls, instance: ProcessInstance) -> Log:
        """One query."""
        latest = ActivityInstance.objects.filter(instance=instance).order_by("-pk")[:LONGEST]
        log = cls(visits=list(reversed(latest)))
        log.frames.append(Frame(instance.definition.key))
        opened: dict[UUID | None, int] = {None: 0}
        for visit in log.visits:
            log.by_id[visit.task_id] = visit
            log.frame_of[visit.task_id] = log._frame(visit, opened)
        return log

    def _frame(self, visit: ActivityInstance, opened: dict[UUID | None, int]) -> int:
        """The frame of a visit; a new one where it is the first of a called process."""
        if visit.scope in opened:
            return opened[visit.scope]
        holder = self.by_id.get(visit.scope) if visit.scope else None
        if holder is None:  # cut off: it began before the latest visits
            return 0
        parent = self.frame_of[holder.task_id]
        if holder.process == visit.process:  # an embedded subprocess is drawn in its own diagram
            opened[visit.scope] = parent
        else:
            opened[visit.scope] = len(self.frames)
            self.frames.append(Frame(visit.process, holder.element, parent))
        return opened[visit.scope]

    def around(self, visit: ActivityInstance) -> Iterator[ActivityInstance]:
        """A visit, and those it happened in, outwards."""
        inner: ActivityInstance | None = visit
        while inner is not None:
            yield inner
            inner = self.by_id.get(inner.scope) if inner.scope else None


def film_of(instance: ProcessInstance) -> dict[str, Any]:
    """All that the picture of a case needs, ready for JSON. About ten queries."""
    log = Log.of(instance)
    return {
        "frames": list(_frames(instance, log)),
        "visits": [_visit(instance, visit, log) for visit in log.visits],
        "steps": list(_steps(instance, log)),
        "tokens": _tokens(instance, log),
        "tables": _tables(instance),
        "words": _words(),
    }


def _frames(instance: ProcessInstance, log: Log) -> Iterator[dict[str, Any]]:
    files = diagrams_of(instance.definition)
    for frame in log.frames:
        file = files.get(frame.process)
        where = log.frames[frame.parent].process if frame.parent is not None else ""
        yield {
            "label": elements.element_label(instance, where, frame.element)
            or elements.process_label(instance.definition),
            "process": frame.process,
            "element": frame.element,
            "parent": frame.parent,
            "url": file
            and reverse("diagrams:file", args=[instance.pk, elements.language() or "en", file.pk]),
        }


def _visit(instance: ProcessInstance, visit: ActivityInstance, log: Log) -> dict[str, Any]:
    element = elements.find_element(instance, visit.process, visit.element)
    return {
        "frame": log.frame_of[visit.task_id],
        "element": visit.element,
        "flow": visit.flow,
        # A boundary event listens while it is active: no token, and no part of the path.
        "listens": bool(element and element.attached_to),
        "done": visit.state in DONE,
        "ended": visit.ended_at.timestamp() if visit.ended_at else None,
        "id": str(visit.task_id),
    }


def _steps(instance: ProcessInstance, log: Log) -> Iterator[dict[str, Any]]:
    """Trail entries, the oldest first. Visits of one transaction have one time: who was asked in it
    comes in the order of the log; who decided in it has left only what was there before."""
    begun = [visit.started_at for visit in log.visits]
    place = {visit.task_id: number for number, visit in enumerate(log.visits)}
    lines = list(reversed(trail.lines(instance)))
    for number, line in enumerate(lines, start=1):
        entry, known = line.entry, line.entry.task_id
        at = place.get(known) if known is not None else None
        if number == len(lines):
            seen = len(begun)
        elif entry.event == TrailEvent.TASK_CREATED and at is not None:
            seen = at + 1
        elif entry.event == TrailEvent.STARTED:
            seen = min(1, len(begun))
        elif at is not None:
            seen = max(bisect_left(begun, entry.at), at + 1)
        else:
            seen = bisect_right(begun, entry.at)
        yield {
            "seq": entry.seq,
            "at": entry.at.timestamp(),
            "visits": seen,
            "frame": log.frame_of[log.visits[at].task_id] if at is not None else 0,
            # The beginning of a case is no element in the trail; it is the first visit.
            "element": entry.element or (log.visits[0].element if number == 1 and seen else ""),
            "text": f"{wording.moment(line.at)}　{line.who} {line.what}",
        }


def _tokens(instance: ProcessInstance, log: Log) -> Mapping[str, str]:
    """Visit → whom it waits for and how long already, at the task and at all calls around it."""
    found: dict[str, str] = {}
    for one in looking.waiting(instance):
        visit = log.by_id.get(one.task.task_id)
        said = (one.names, waited(one.task.created_at), one.counted)
        text = "" if one.behind else "　".join(filter(None, said))
        for holder in log.around(visit) if visit and text else ():
            found.setdefault(str(holder.task_id), text)
    return found


def _tables(instance: ProcessInstance) -> dict[str, str]:
    """Process and business rule task → address of the decision table."""
    files = tables_of(instance.definition)
    called = elements.rule_tasks(instance)
    return {
        f"{process}/{element}": reverse("diagrams:table", args=[instance.pk, files[decision]])
        for (process, element), decision in called.items()
        if decision in files
    }


def waited(since: datetime, now: datetime | None = None) -> str:
    """How long something waits, as people say it: the two largest units."""
    minutes = max(0, int(((now or timezone.now()) - since).total_seconds() // 60))
    days, hours = divmod(minutes // 60, 24)
    values = {"days": days, "hours": hours, "minutes": minutes % 60}
    if days:
        return _("%(days)s d %(hours)s h") % values
    if hours:
        return _("%(hours)s h %(minutes)s min") % values
    return _("%(minutes)s min") % values


def _words() -> dict[str, str]:
    """What the picture says; {…} is filled in there."""
    return {
        "step": _("Step {number} of {all}"),
        "times": _("{number} times"),
        "open": _("Open {name}"),
        "table": _("Decision table"),
        "play": _("Play"),
        "pause": _("Pause"),
    }
