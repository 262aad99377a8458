"""Signed checkpoints over the trail of an account set.

A checkpoint takes the entries of all transactions that were closed when it was made and that the
one before it did not take: rows below `pg_snapshot_xmin`, so that nobody waits and nothing slips
between. Whoever alters entries and mends their hash chains still has to forge the signature, which
needs TRAIL_KEY.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from engine.database import execute
from engine.models import TrailCheckpoint

CLOSED = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
HASHES = """
SELECT hash FROM engine_trailentry
WHERE transaction >= %s::text::xid8 AND transaction < %s::text::xid8 ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Forged:
    """A checkpoint that doesn't hold."""

    checkpoint: int
    reason: str  # 'entries' changed, or the 'signature' does not fit


def sign() -> TrailCheckpoint | None:
    """Sign what was added since the last checkpoint; None where nothing was."""
    last = TrailCheckpoint.objects.order_by("-id").first()
    ((upto,),) = execute(CLOSED)
    since = last.upto if last else 0
    entries, digest = _digest(since, upto)
    if not entries:
        return None
    checkpoint = TrailCheckpoint(
        line=last.line if last else 1, at=timezone.now(), upto=upto, entries=entries, digest=digest
    )
    checkpoint.signature = _signature(checkpoint, last)
    checkpoint.save(force_insert=True)
    return checkpoint


def verify_checkpoints() -> Iterator[Forged]:
    """Every checkpoint whose entries or signature are not as they were. Reads the whole trail once.

    Entries of a line that began before the set was restored elsewhere can't be found by transaction
    any more; of those only the signatures are checked."""
    newest = TrailCheckpoint.objects.order_by("-id").values_list("line", flat=True).first()
    last: TrailCheckpoint | None = None
    for checkpoint in TrailCheckpoint.objects.order_by("id").iterator():
        if not hmac.compare_digest(bytes(checkpoint.signature), _signature(checkpoint, last)):
            yield Forged(checkpoint.pk, "signature")
        elif checkpoint.line == newest:
            since = last.upto if last and last.line == checkpoint.line else 0
            if _digest(since, checkpoint.upto) != (checkpoint.entries, bytes(checkpoint.digest)):
                yield Forged(checkpoint.pk, "entries")
        last = checkpoint


def _digest(since: int, upto: int) -> tuple[int, bytes]:
    rows = execute(HASHES, [since, upto])
    return len(rows), hashlib.sha256(b"".join(bytes(row[0]) for row in rows)).digest()


def _signature(checkpoint: TrailCheckpoint, last: TrailCheckpoint | None) -> bytes:
    facts = (checkpoint.line, checkpoint.at.isoformat(), checkpoint.upto, checkpoint.entries)
    said = "|".join(map(str, facts)).encode() + b"|"
    before = bytes(last.signature) if last else b""
    return hmac.new(
        settings.TRAIL_KEY.encode(), said + bytes(checkpoint.digest) + before, "sha256"
    ).digest()
