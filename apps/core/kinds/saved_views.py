"""Filters of lists that somebody gives a name: kept, shared with one's department, taken away."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, cast

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.access.rights import Rights
from apps.core.kinds.models import SavedView
from engine.database import execute
from engine.exceptions import InvalidData
from engine.loading import Columns

MOST: Final = 20  # saved filters of one person in one list


def usable_views(rights: Rights, place: str) -> list[SavedView]:
    """Those of a list that somebody may use: one's own, then what is shared with one's department
    or one above it; each with its owner."""
    statement, view, owner = _usable()
    own = rights.place.path if rights.place else ""
    found = []
    for row in execute(statement, {"place": place, "user": rights.user, "own": own}):
        one = cast(SavedView, view.made(row[: view.size]))
        one.user = cast(Any, owner.made(row[view.size :]))
        found.append(one)
    return found


@cache
def _usable() -> tuple[str, Columns[SavedView], Columns[Any]]:
    view, owner = Columns(SavedView, "v"), Columns(get_user_model(), "u")
    statement = f"""
SELECT {view.sql}, {owner.sql}
FROM kinds_savedview v
    JOIN people_user u ON u.id = v.user_id
    LEFT JOIN people_department d ON d.id = v.shared_with_id
WHERE v.place = %(place)s AND (v.user_id = %(user)s OR starts_with(%(own)s, d.path))
ORDER BY v.user_id <> %(user)s, v.name, v.id
"""  # noqa: S608 (constants)
    return statement, view, owner


@transaction.atomic
def save_view(
    *,
    rights: Rights,
    place: str,
    name: str,
    query: str,
    share: bool = False,
    columns: Sequence[str] = (),
) -> SavedView:
    """Keep a filter under a name; one's own of that name is replaced, but for its columns.

    `share`: the colleagues of one's department use it too. Raises InvalidData for no name, for one
    too many, and for sharing by somebody without a department."""
    name = " ".join(name.replace("\x00", "").split())[:40]
    if not name:
        raise _refused(_("A filter needs a name."))
    if share and rights.department is None:
        raise _refused(_("You belong to no department; there is nobody to share the filter with."))
    mine = SavedView.objects.select_for_update().filter(user_id=rights.user, place=place)
    known = {view.name: view for view in mine}
    if name not in known and len(known) >= MOST:
        raise _refused(
            _("No more than %(most)s filters are kept; delete one first.") % {"most": MOST}
        )
    view = known.get(name) or SavedView(user_id=rights.user, place=place, name=name)
    view.columns = view.columns or list(columns)
    view.query = query[:1000]
    view.shared_with_id = rights.department if share else None
    view.save()
    return view


def delete_view(*, rights: Rights, place: str, view: int) -> bool:
    """A filter of one's own goes, shared or not; whether there was one."""
    mine = SavedView.objects.filter(user_id=rights.user, place=place, pk=view).exclude(name="")
    return bool(mine.delete()[0])


@transaction.atomic
def choose_columns(
    *, rights: Rights, place: str, view: SavedView | None, columns: Sequence[str]
) -> SavedView:
    """The columns of a filter, or of the list as it comes (None).

    Of a colleague's filter one gets a copy of one's own, so that theirs stays as it is."""
    if view is not None and view.user_id != rights.user:
        mine = SavedView.objects.filter(user_id=rights.user, place=place, name=view.name).first()
        kept = mine or save_view(rights=rights, place=place, name=view.name, query=view.query)
    else:
        kept = view or SavedView(user_id=rights.user, place=place)
    kept.columns = list(columns)
    kept.save()
    return kept


def _refused(message: str) -> InvalidData:
    return InvalidData(message, errors={"name": [message]})
