"""Filters of lists that somebody gives a name: kept, shared with one's department, taken away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.access.rights import Rights
from apps.core.kinds.models import SavedView
from engine.exceptions import InvalidData

MOST: Final = 20  # saved filters of one person in one list


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
