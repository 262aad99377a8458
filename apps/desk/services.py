"""What the approval center writes for its users: drafts, phrases, what they have seen."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.documents import Changes, Snapshot, differences
from apps.desk.models import OpinionDraft, Phrase, Sighting
from engine.completion import OPINION_LENGTH
from engine.exceptions import InvalidData

PHRASES = 50  # of one person


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


@transaction.atomic
def see(
    *, user: int, business_key: str, snapshot: Snapshot, now: datetime | None = None
) -> Changes:
    """The user sees a document as it is now; what has changed since the version before."""
    moment = now or timezone.now()
    known, made = Sighting.objects.select_for_update().get_or_create(
        user_id=user,
        business_key=business_key,
        defaults={"snapshot": snapshot, "seen_at": moment},
    )
    if made:
        return Changes()
    if known.snapshot != snapshot:
        _turn_over(known)
        known.snapshot, known.seen_at, known.decision = snapshot, moment, ""
        known.save()
    if known.before is None:
        return Changes()
    values = differences(known.before, snapshot)
    return Changes(known.before_at, known.before_decision, values)


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
