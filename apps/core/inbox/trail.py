"""The trail of a case in sentences: who, what, when, and what was said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.core.inbox import wording
from apps.core.inbox.elements import element_label
from engine import decisions
from engine.models import ProcessInstance, TrailEntry, TrailEvent


@dataclass(frozen=True, slots=True)
class Line:
    """One entry, ready to be read. `tone` and `icon` only repeat what the words say."""

    entry: TrailEntry
    at: datetime
    who: str
    for_whom: str  # the principal, where a substitute acted
    what: str
    place: str  # name of the step in the diagram
    said: str  # an opinion or reason, word for word
    files: Sequence[Mapping[str, Any]]  # that came with a decision: id, name, type, size, sha256
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class Look:
    """How an event looks."""

    icon: str
    tone: str = "secondary"


_LOOKS: Final[Mapping[str, Look]] = {
    TrailEvent.STARTED: Look("send", "blue"),
    TrailEvent.COMPLETED: Look("flag-check", "green"),
    TrailEvent.SUSPENDED: Look("player-pause", "yellow"),
    TrailEvent.RESUMED: Look("player-play"),
    TrailEvent.TERMINATED: Look("square-x", "red"),
    TrailEvent.TASK_CREATED: Look("hourglass", "blue"),
    TrailEvent.TASK_CLAIMED: Look("hand-grab"),
    TrailEvent.TASK_UNCLAIMED: Look("hand-stop"),
    TrailEvent.TASK_TRANSFERRED: Look("arrows-right"),
    TrailEvent.TASK_ASSIGNED: Look("user-check"),
    TrailEvent.TASK_DELEGATED: Look("user-share"),
    TrailEvent.TASK_RESOLVED: Look("user-check"),
    TrailEvent.TASK_COMPLETED: Look("check", "green"),
    TrailEvent.TASK_FAILED: Look("alert-triangle", "red"),
    TrailEvent.TASK_CANCELLED: Look("circle-minus"),
    TrailEvent.TASK_REASSIGNED: Look("users"),
    TrailEvent.TASK_RESCHEDULED: Look("calendar-time"),
    TrailEvent.TASK_URGED: Look("bell-ringing", "yellow"),
    TrailEvent.COPIED: Look("mail-forward"),
    TrailEvent.CANDIDATE_ADDED: Look("user-plus", "yellow"),
    TrailEvent.APPROVER_ADDED: Look("user-plus"),
    TrailEvent.APPROVER_REMOVED: Look("user-minus"),
    TrailEvent.SENT_BACK: Look("arrow-back-up", "yellow"),
    TrailEvent.TIMER_FIRED: Look("clock"),
    TrailEvent.TIMER_MOVED: Look("clock-edit"),
    TrailEvent.MESSAGE_RECEIVED: Look("mail"),
    TrailEvent.MESSAGE_DROPPED: Look("mail-off", "yellow"),
    TrailEvent.VARIABLES_SET: Look("edit", "yellow"),
    TrailEvent.INCIDENT_OPENED: Look("alert-triangle", "red"),
    TrailEvent.INCIDENT_RETRIED: Look("refresh"),
    TrailEvent.INCIDENT_SKIPPED: Look("player-skip-forward", "yellow"),
    TrailEvent.NOTE: Look("note"),
}
_DECISION_LOOKS: Final[Mapping[str, Look]] = {
    "approve": Look("check", "green"),
    "reject": Look("x", "red"),
    "return": Look("arrow-back-up", "yellow"),
    "send_back": Look("arrow-back-up", "yellow"),
    "resubmit": Look("send", "blue"),
    "abandon": Look("ban"),
}


def entries_of(instance: ProcessInstance) -> list[TrailEntry]:
    """The trail of a case, the latest first."""
    return list(TrailEntry.objects.filter(instance=instance).order_by("-seq"))


def lines(instance: ProcessInstance, entries: Iterable[TrailEntry] | None = None) -> list[Line]:
    """The trail of a case in sentences, the latest first; one query for the names."""
    found = list(entries) if entries is not None else entries_of(instance)
    names = wording.names_of(person for entry in found for person in _people(entry))
    return [_line(instance, entry, names) for entry in found]


def _line(instance: ProcessInstance, entry: TrailEntry, names: Mapping[int, str]) -> Line:
    data, look = entry.data, _LOOKS[entry.event]
    if entry.event == TrailEvent.TASK_COMPLETED:
        look = _DECISION_LOOKS.get(data.get("decision", ""), look)
    return Line(
        entry=entry,
        at=entry.at,
        who=_name(entry.actor, names) if entry.actor is not None else _("System"),
        for_whom=_name(data["on_behalf_of"], names) if data.get("on_behalf_of") else "",
        what=_SENTENCES[entry.event](data, names),
        place=element_label(instance, entry.process, entry.element),
        said=_said(data),
        files=data.get("files", ()),
        icon=look.icon,
        tone=look.tone,
    )


def _said(data: Mapping[str, Any]) -> str:
    """What a person wrote: an opinion, a reason, or the reason that came with a message."""
    payload = data.get("payload")
    given = payload if isinstance(payload, dict) else {}
    return str(data.get("opinion") or data.get("reason") or given.get("reason") or "")


def _people(entry: TrailEntry) -> set[int]:
    """Everybody an entry names."""
    data = entry.data
    people = {entry.actor, data.get("to"), data.get("from"), data.get("on_behalf_of")}
    people.update(_ids(data.get("user")), _ids(data.get("urged")), _asked(data))
    people.update(data.get("before", ()) if isinstance(data.get("before"), list) else ())
    return {person for person in people if isinstance(person, int)}


def _ids(value: Any) -> Sequence[int]:
    return value if isinstance(value, list) else [value]


def _asked(data: Mapping[str, Any]) -> list[int]:
    return [int(user) for user in data.get("asked", ())]


def _name(user: Any, names: Mapping[int, str]) -> str:
    return names.get(user, _("somebody")) if isinstance(user, int) else _("somebody")


def _join(users: Iterable[Any], names: Mapping[int, str]) -> str:
    return wording.listed(_name(user, names) for user in users) or _("nobody")


# --- sentences: what follows the name of the actor ------------------------------------------------
Sentence = Callable[[Mapping[str, Any], Mapping[int, str]], str]


def _decided(data: Mapping[str, Any], names: Mapping[int, str]) -> str:
    decision = decisions.label(data.get("decision", ""))
    return _("decided: %(decision)s") % {"decision": decision} if decision else _("did it")


def _cancelled(data: Mapping[str, Any], names: Mapping[int, str]) -> str:
    if data.get("superseded"):
        return _("closed it: others have decided")
    return _("closed it: no longer asked")


def _message(data: Mapping[str, Any], names: Mapping[int, str]) -> str:
    if data.get("name") == "withdraw":
        return _("withdrew it")
    return _("received the message %(name)s") % {"name": data.get("name", "")}


def _timer_moved(data: Mapping[str, Any], names: Mapping[int, str]) -> str:
    due_at = datetime.fromisoformat(data["due_at"])
    return _("moved a timer to %(moment)s") % {"moment": wording.moment(due_at)}


def _note(data: Mapping[str, Any], names: Mapping[int, str]) -> str:
    """An operation left a message id and its values."""
    text = str(data.get("text", ""))
    return wording.noted(text, data) if text else ""


def _plain(message: Callable[[], str]) -> Sentence:
    return lambda data, names: message()


_SENTENCES: Final[Mapping[str, Sentence]] = {
    TrailEvent.STARTED: _plain(lambda: _("submitted it")),
    TrailEvent.COMPLETED: _plain(lambda: _("ended the case")),
    TrailEvent.SUSPENDED: _plain(lambda: _("suspended the case")),
    TrailEvent.RESUMED: _plain(lambda: _("resumed the case")),
    TrailEvent.TERMINATED: _plain(lambda: _("terminated the case")),
    TrailEvent.TASK_CREATED: lambda d, n: _("asked %(people)s") % {"people": _join(_asked(d), n)},
    TrailEvent.TASK_CLAIMED: _plain(lambda: _("claimed it")),
    TrailEvent.TASK_UNCLAIMED: _plain(lambda: _("put it back")),
    TrailEvent.TASK_ASSIGNED: lambda d, n: (
        _("assigned it to %(to)s") % {"to": _name(d.get("to"), n)}
    ),
    TrailEvent.TASK_TRANSFERRED: lambda d, n: (
        _("transferred it to %(to)s") % {"to": _name(d.get("to"), n)}
    ),
    TrailEvent.TASK_DELEGATED: lambda d, n: (
        _("delegated it to %(to)s") % {"to": _name(d.get("to"), n)}
    ),
    TrailEvent.TASK_RESOLVED: lambda d, n: (
        _("answered; back with %(to)s") % {"to": _name(d.get("to"), n)}
    ),
    TrailEvent.TASK_COMPLETED: _decided,
    TrailEvent.TASK_FAILED: lambda d, n: (
        _("could not decide it: %(message)s") % {"message": d.get("message", "")}
    ),
    TrailEvent.TASK_CANCELLED: _cancelled,
    TrailEvent.TASK_REASSIGNED: lambda d, n: (
        _("now asks %(people)s") % {"people": _join(_asked(d), n)}
    ),
    TrailEvent.TASK_RESCHEDULED: _plain(lambda: _("changed dates or priority")),
    TrailEvent.TASK_URGED: lambda d, n: (
        _("urged %(people)s") % {"people": _join(d.get("urged", ()), n)}
    ),
    TrailEvent.COPIED: lambda d, n: _("sent a copy to %(to)s") % {"to": _name(d.get("to"), n)},
    TrailEvent.CANDIDATE_ADDED: lambda d, n: (
        _("asked %(people)s as well") % {"people": _join(_asked(d), n)}
    ),
    TrailEvent.APPROVER_ADDED: lambda d, n: (
        _("added %(people)s as approver") % {"people": _name(d.get("user"), n)}
    ),
    TrailEvent.APPROVER_REMOVED: lambda d, n: (
        _("removed %(people)s as approver") % {"people": _join(_ids(d.get("user")), n)}
    ),
    TrailEvent.SENT_BACK: _plain(lambda: _("sent it back to an earlier step")),
    TrailEvent.TIMER_FIRED: _plain(lambda: _("saw that time is up")),
    TrailEvent.TIMER_MOVED: _timer_moved,
    TrailEvent.MESSAGE_RECEIVED: _message,
    TrailEvent.MESSAGE_DROPPED: lambda d, n: (
        _("found nobody who waits for the message %(name)s") % {"name": d.get("name", "")}
    ),
    TrailEvent.VARIABLES_SET: lambda d, n: (
        _("edited the data: %(names)s") % {"names": wording.listed(sorted(d.get("variables", ())))}
    ),
    TrailEvent.INCIDENT_OPENED: lambda d, n: (
        _("could not go on: %(message)s") % {"message": d.get("message", "")}
    ),
    TrailEvent.INCIDENT_RETRIED: _plain(lambda: _("tried it again")),
    TrailEvent.INCIDENT_SKIPPED: _plain(lambda: _("skipped what failed")),
    TrailEvent.NOTE: _note,
}
