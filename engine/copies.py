"""Showing a case to somebody who need not decide it (抄送): the trail says so, and it lies in their
list until they have read it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from engine.cases import lock_instance
from engine.exceptions import InvalidData
from engine.inbox import PAGE, told_by
from engine.models import Copy, TrailEvent
from engine.notices import mails_to
from engine.organisation import organisation
from engine.store import Case, Store
from engine.wake import wake


def send_copy(
    instance: int, *, to: Collection[int], by: int, note: str = "", now: datetime | None = None
) -> None:
    """Show a case to colleagues, with a mail to each. Whoever has it already finds it unread again.

    Raises InvalidData for somebody who may not log in."""
    people = sorted(set(to))
    if set(people) - organisation().active(people) or not people:
        message = _("Choose colleagues who may log in.")
        raise InvalidData(message, errors={"to": [message]})
    with transaction.atomic():
        case = lock_instance(instance)
        store = Store(now or timezone.now(), wake)
        add_copies(case, store, people, by=by, note=note)
        store.save()


def add_copies(
    case: Case, store: Store, users: Collection[int], *, by: int | None, note: str = ""
) -> None:
    """Show `case`, whose lock is held, to these users, with what else `store` will write. `by`
    is None where the process does it."""
    if not users:
        return
    people = sorted(set(users))
    for user in people:
        store.record(case, TrailEvent.COPIED, actor=by, data={"to": user, "reason": note})
    copies = [
        Copy(instance_id=case.id, user=user, sent_by=by, sent_at=store.now, note=note)
        for user in people
    ]
    Copy.objects.bulk_create(
        copies,
        update_conflicts=True,
        unique_fields=["instance", "user"],
        update_fields=["sent_by", "sent_at", "note", "read_at"],
    )
    mails = mails_to(
        people,
        key=f"copy:{case.id}:{case.trail_length}",
        subject=gettext_noop("For your information: %(subject)s"),
        text="%(text)s",
        values={"subject": case.card.get("subject", case.business_key), "text": note},
    )
    store.post(case, mails)


def copies_of(user: int, *, text: str = "", offset: int = 0, limit: int = PAGE) -> list[Copy]:
    """Cases shown to a user, the latest first, with their instances; `limit` and one more. `text`
    is in the subject, the party or the number."""
    found = Copy.objects.filter(told_by(text, "instance__card__"), user=user).select_related(
        "instance", "instance__definition"
    )
    light = found.defer("instance__runtime", "instance__definition__compiled")
    return list(light.order_by("-sent_at", "-id")[offset : offset + limit + 1])


def mark_read(instance: int, *, user: int, now: datetime | None = None) -> None:
    """The user has looked at a case that was shown to them."""
    mine = Copy.objects.filter(instance=instance, user=user, read_at__isnull=True)
    mine.update(read_at=now or timezone.now())
