"""What the approval center writes for its users: drafts, phrases, what they have seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.documents import Changes, Snapshot, changes_between
from apps.desk.models import OpinionDraft, Phrase, Sighting
from engine.completion import OPINION_LENGTH
from engine.database import execute
from engine.exceptions import InvalidData
from engine.loading import Columns

PHRASES = 50  # of one person

SIGHTING, DRAFT = Columns(Sighting, "s"), Columns(OpinionDraft, "d")
KEPT = f"""
SELECT {SIGHTING.sql}, {DRAFT.sql},
    ARRAY(SELECT text FROM desk_phrase WHERE owner_id = %(user)s OR owner_id IS NULL ORDER BY id)
FROM (SELECT) one
    LEFT JOIN desk_sighting s ON s.user_id = %(user)s AND s.business_key = %(key)s
    LEFT JOIN desk_opiniondraft d ON d.user_id = %(user)s AND d.task_id = %(task)s
"""  # noqa: S608 (constants)


def save_draft(*, user: int, task: int, text: str, now: datetime | None = None) -> None:
    """Keep an opinion that is being typed; an empty one is forgotten."""
    if not text.strip():
        drop_draft(user=user, task=task)
        return
    values = {"text": text[:OPINION_LENGTH].replace("\x00", ""), "saved_at": now or timezone.now()}
    OpinionDraft.objects.update_or_create(user_id=user, task_id=task, defaults=values)


def drop_draft(*, user: int, task: int) -> None:
    """The opinion was sent, or taken back."""
    OpinionDraft.objects.filter(user_id=user, task_id=task).delete()


def add_phrase(*, user: int, text: str) -> None:
    """One more phrase of a user. Raises InvalidData for none, or one too many."""
    text = " ".join(text.replace("\x00", "").split())
    if not 0 < len(text) <= Phrase._meta.get_field("text").max_length:
        message = _("A phrase has 1 to 200 characters.")
        raise InvalidData(message, errors={"text": [message]})
    if Phrase.objects.filter(owner_id=user).count() >= PHRASES:
        message = _("There is room for %(number)s phrases; remove one first.") % {"number": PHRASES}
        raise InvalidData(message, errors={"text": [message]})
    Phrase.objects.get_or_create(owner_id=user, text=text)


def remove_phrase(*, user: int, phrase: int) -> None:
    """A phrase of the user's own goes; the firm's stay."""
    Phrase.objects.filter(pk=phrase, owner_id=user).delete()


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept for somebody who looks at a case and may decide one of its tasks."""

    sighting: Sighting | None
    draft: OpinionDraft | None
    phrases: Sequence[str]


def kept(*, user: int, business_key: str, task: int | None) -> Kept:
    """All of it, in one query."""
    ((*values, phrases),) = execute(KEPT, {"user": user, "key": business_key, "task": task})
    sighting, draft = SIGHTING.made(values[: SIGHTING.size]), DRAFT.made(values[SIGHTING.size :])
    return Kept(sighting, draft, phrases or ())


def see(
    known: Sighting | None,
    *,
    user: int,
    business_key: str,
    snapshot: Snapshot,
    now: datetime | None = None,
) -> Changes:
    """The user, of whom `known` is kept, sees a document as it is now; what has changed since the
    version before."""
    if known is None or known.snapshot != snapshot:
        known = _remember(user, business_key, snapshot, now or timezone.now())
    if known.before is None:
        return Changes()
    return changes_between(
        known.before, snapshot, since=known.before_at, decision=known.before_decision
    )


@transaction.atomic
def _remember(user: int, business_key: str, snapshot: Snapshot, moment: datetime) -> Sighting:
    known, made = Sighting.objects.select_for_update().get_or_create(
        user_id=user,
        business_key=business_key,
        defaults={"snapshot": snapshot, "seen_at": moment},
    )
    if not made and known.snapshot != snapshot:
        _turn_over(known)
        known.snapshot, known.seen_at, known.decision = snapshot, moment, ""
        known.save()
    return known


def seen_and_decided(
    *, user: int, business_key: str, decision: str, now: datetime | None = None
) -> None:
    """The user has decided upon what they saw: nothing of it is new to them any more."""
    known = Sighting.objects.filter(user_id=user, business_key=business_key).first()
    if known is not None:
        known.seen_at, known.decision = now or timezone.now(), decision
        _turn_over(known)
        known.save()


def _turn_over(known: Sighting) -> None:
    known.before = known.snapshot
    known.before_at = known.seen_at
    known.before_decision = known.decision
