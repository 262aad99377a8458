"""What an entry of the audit log says, in the words of the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext_lazy

from apps.core.audit.models import AuditEntry
from apps.core.kinds.registry import kinds
from apps.people.models import User

People = Mapping[int, User]

NAMES: Final = {
    "username": _lazy("User name"),
    "display_name": _lazy("Name"),
    "email": _lazy("E-mail"),
    "language": _lazy("Language"),
    "department": _lazy("Department"),
    "superior": _lazy("Superior"),
    "position": _lazy("Position"),
    "hired_on": _lazy("Hired on"),
    "left_on": _lazy("Left on"),
    "name": _lazy("Name"),
    "parent": _lazy("Part of"),
    "head": _lazy("Head"),
    "role": _lazy("Role"),
    "granted": _lazy("Rights"),
    "scope": _lazy("Data scope"),
    "substitute": _lazy("Substitute"),
    "starts_at": _lazy("From"),
    "ends_at": _lazy("Until"),
    "works": _lazy("Working day"),
    "hours": _lazy("Hours"),
    "note": _lazy("Note"),
    "kind": _lazy("Kind"),
    "rows": _lazy("Rows"),
    "columns": _lazy("Columns"),
    "query": _lazy("Filter"),
    "file": _lazy("File"),
    "added": _lazy("Imported"),
    "refused": _lazy("Refused"),
    "with": pgettext_lazy("shared", "With"),
    "along": _lazy("Together with it"),
    "merged": _lazy("Merged"),
    "signature": _lazy("Signature"),
}
"""What values are called that belong to no field of what the entry is about."""


def people_of(entries: Iterable[AuditEntry]) -> set[int]:
    """Ids of the users whom entries name: who did it, and to whom something went."""
    found = set()
    for entry in entries:
        values = (entry.actor, *entry.before.values(), *entry.after.values())
        found.update(one for one in values if isinstance(one, int) and not isinstance(one, bool))
    return found


def changes(entry: AuditEntry, people: People) -> list[tuple[str, str, str]]:
    """Name, before, after."""
    names = dict.fromkeys([*entry.before, *entry.after])
    found = []
    for name in names:
        before, after = entry.before.get(name), entry.after.get(name)
        if before or after:
            field = _field(entry, name)
            label = NAMES.get(name) or (capfirst(str(field.verbose_name)) if field else name)
            told = [_text(entry, field, value, people) for value in (before, after)]
            found.append((str(label), told[0], told[1]))
    return found


def _field(entry: AuditEntry, name: str) -> Field[Any, Any] | None:
    """The field of what the entry is about, or of the kind that it names."""
    about = entry.subject.partition(":")[0] or str(entry.after.get("kind", ""))
    try:
        found = apps.get_model(about)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None
    return found if isinstance(found, Field) else None


def _text(entry: AuditEntry, field: Field[Any, Any] | None, value: Any, people: People) -> str:
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value or ""))
    if field is not None and field.related_model is User and value in people:
        return people[value].display_name
    if isinstance(value, list):
        fields = [(str(item), _field(entry, str(item))) for item in value]
        return _(", ").join(str(one.verbose_name) if one else item for item, one in fields)
    if isinstance(value, dict):
        return _(", ").join(f"{name}: {item}" for name, item in value.items())
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else _word(str(value))


def _word(text: str) -> str:
    """A moment as the pages write it, a kind by its name; other texts as they are."""
    if text in kinds:
        return str(kinds[text].label)
    try:
        moment = datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        return text
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else text
