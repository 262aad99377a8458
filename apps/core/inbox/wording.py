"""How pages and API say things about cases: queues, reasons, moments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext, pgettext_lazy

from apps.core.once import once
from engine.organisation import Role, organisation
from engine.pictures import Standing

QUEUES: Final[Mapping[str, Promise]] = {
    "contracts": pgettext_lazy("queue", "Contracts"),
    "invoices": pgettext_lazy("queue", "Invoices"),
    "stock": pgettext_lazy("queue", "Stock documents"),
    "payments": pgettext_lazy("queue", "Receipts and payments"),
    "services": pgettext_lazy("queue", "Service requests"),
    "activities": pgettext_lazy("queue", "Activities"),
    "attachments": pgettext_lazy("queue", "Attachments"),
    "other": pgettext_lazy("queue", "Other approvals"),
    "work": pgettext_lazy("queue", "Work"),
    "reminder": pgettext_lazy("queue", "Reminders"),
}
"""The queues of the inbox, in the order of the approval center."""

APPROVAL_QUEUES: Final = tuple(code for code in QUEUES if code not in ("other", "work", "reminder"))
"""The seven kinds of approval."""


MODES: Final[Mapping[str, Promise]] = {
    "any": pgettext_lazy("mode of a level", "Any one"),
    "all": pgettext_lazy("mode of a level", "All"),
    "percent": pgettext_lazy("mode of a level", "Percent"),
}
"""How the decisions of several count."""


def mode_label(mode: str, threshold: float) -> str:
    """“All”, “Any one”, “50 % of them”."""
    if mode == "percent":
        return _("%(share)g %% of them") % {"share": threshold}
    return str(MODES[mode])


def counted(standing: Standing) -> str:
    """How the decisions of several count, with how many have agreed; '' where one is asked."""
    if standing.of < 2:
        return ""
    mode = mode_label(standing.mode, standing.threshold)
    if standing.mode == "any":  # the first who agrees ends it
        return mode
    return _("%(mode)s, %(yes)s of %(of)s agreed") % {
        "mode": mode,
        "yes": standing.yes,
        "of": standing.of,
    }


def listed(names: Iterable[object]) -> str:
    """“a, b” as the language writes it."""
    return _(", ").join(map(str, names))


def noted(text: str, values: Mapping[str, Any]) -> str:
    """A note of an operation, a message id, with its values; of several names all are listed."""
    said = {name: listed(v) if isinstance(v, list) else v for name, v in values.items()}
    return _(text) % said


def queue_label(code: str) -> str:
    """Name of a queue; the code itself where a diagram made one up."""
    return str(QUEUES.get(code, code))


def expect_names(users: Iterable[int | None]) -> None:
    """Later in this request somebody will ask for these names: they are read along with those that
    are asked for first."""
    _expected().update(user for user in users if user is not None)


def names_of(users: Iterable[int | None]) -> Mapping[int, str]:
    """Display names, in one query; within a request, nobody is asked for twice."""
    wanted = {user for user in users if user is not None}
    known, expected = once("names", dict[int, str]), _expected()
    if wanted - known.keys():
        known |= organisation().names((wanted | expected) - known.keys())
        expected.clear()
    return {user: known[user] for user in wanted if user in known}


def _expected() -> set[int]:
    return once("expected names", set[int])


# --- why me ---------------------------------------------------------------------------------------
_REASONS: Final[Mapping[str, str]] = {
    "role": gettext_noop("Holds the role %(role)s"),
    "superior": gettext_noop("Superior of %(superior_of)s"),
    "named": gettext_noop("Named by the process"),
    "by_name": gettext_noop("Named in the approval settings"),
    "assigned": gettext_noop("Assigned by %(by)s"),
    "transferred": gettext_noop("Transferred by %(by)s"),
    "delegated": gettext_noop("Delegated by %(by)s"),
    "substitute": gettext_noop("Substitute of %(for)s"),
    "nobody_found": gettext_noop("Nobody else could be found; an administrator decides"),
    "added_before": gettext_noop("Added by %(by)s, to decide before them"),
    "added_parallel": gettext_noop("Added by %(by)s, to decide beside them"),
    "added_after": gettext_noop("Added by %(by)s, to decide after them"),
    "escalation": gettext_noop("Superior of %(superior_of)s, who has not decided in time"),
}
_PEOPLE: Final = ("by", "for", "superior_of")


def people_in_reason(reason: Mapping[str, Any]) -> set[int]:
    """Users that a reason names."""
    return {reason[key] for key in _PEOPLE if isinstance(reason.get(key), int)}


def reason_text(reason: Mapping[str, Any], names: Mapping[int, str]) -> str:
    """Why somebody is asked, for people. `names` has those of `people_in_reason`."""
    rule = str(reason.get("rule", ""))
    if rule in Role.values:  # an operation found this person by a role
        reason, rule = {**reason, "role": rule}, "role"
    message = _REASONS.get(rule)
    if message is None:
        return _("Found by the process: %(rule)s") % {"rule": rule}
    said = {key: names.get(reason.get(key, 0), _("somebody")) for key in _PEOPLE}
    said["role"] = role_label(str(reason.get("role", "")))
    return _(message) % said


def role_label(code: str) -> str:
    """Name of a role: the engine's, or one of the firm's own."""
    if code in Role.values:
        return str(Role(code).label)
    own = once("own roles", organisation().own_roles) if code else {}
    return own.get(code, code)


# --- moments --------------------------------------------------------------------------------------
def moment(at: datetime | None, now: datetime | None = None) -> str:
    """`11-23 09:12` this year, `2027-10-14 09:12` otherwise; local time."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    this_year = local.year == timezone.localtime(now).year
    return f"{local:%m-%d %H:%M}" if this_year else f"{local:%Y-%m-%d %H:%M}"


def weekday(day: date) -> str:
    """Name of the day of the week."""
    return str(WEEKDAYS[day.weekday()])


@dataclass(frozen=True, slots=True)
class Due:
    """A due date in words; `tone` is overdue, today or later, and goes with the words."""

    text: str
    tone: str


def due(at: datetime | None, now: datetime | None = None) -> Due | None:
    """When something is due, as people say it."""
    if at is None:
        return None
    now = now or timezone.now()
    day, today = timezone.localdate(at), timezone.localdate(now)
    clock = f"{timezone.localtime(at):%H:%M}"
    if at <= now:
        when = _("today %(time)s") % {"time": clock} if day == today else moment(at, now)
        return Due(_("Overdue: %(when)s") % {"when": when}, "overdue")
    if day == today:
        return Due(pgettext("due", "Today %(time)s") % {"time": clock}, "today")
    if day == today + timedelta(days=1):
        return Due(pgettext("due", "Tomorrow %(time)s") % {"time": clock}, "later")
    return Due(moment(at, now), "later")
