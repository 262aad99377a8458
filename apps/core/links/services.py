"""Linking documents, and walking their chain in both directions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db.models import Q
from django.utils import timezone

from apps.core.kinds.registry import kind_of_key
from apps.core.links.models import DocumentLink, LinkKind
from engine.database import execute
from engine.exceptions import WrongState

DEPTH: Final = 8
"""Steps in each direction. The longest chain of domain.md has six documents."""
MOST: Final = 200
"""Documents of a chain, the nearest first."""


@dataclass(frozen=True, slots=True)
class LineLink:
    """A line of the target was made from one of the source, with that quantity of it."""

    source_line: int
    target_line: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Traced:
    """A document of a chain. `distance`: steps from where the walk began, negative for sources."""

    business_key: str
    distance: int


def link_documents(
    *,
    source: str,
    target: str,
    by: int | None,
    kind: LinkKind = LinkKind.PUSH_DOWN,
    lines: Iterable[LineLink] = (),
    now: datetime | None = None,
) -> None:
    """Say that `target` was made from `source` (business keys), line by line where lines are given.
    In the transaction of the caller, who has asked for the rights. Again is the same as once.

    Raises NotFound for a key that names no kind, WrongState where the source was itself made from
    the target."""
    for key in (source, target):
        kind_of_key(key)
    made_from_target = {each.business_key for each in trace(target) if each.distance >= 0}
    if source in made_from_target:
        raise WrongState(f"{source} was made from {target}")
    pairs: list[LineLink | None] = [*lines] or [None]
    DocumentLink.objects.bulk_create(
        [
            DocumentLink(
                kind=kind,
                source=source,
                target=target,
                source_line=pair.source_line if pair else None,
                target_line=pair.target_line if pair else None,
                quantity=pair.quantity if pair else None,
                linked_at=now or timezone.now(),
                linked_by_id=by,
            )
            for pair in pairs
        ],
        ignore_conflicts=True,
    )


def unlink_document(business_key: str) -> None:
    """Forget the links of a document that is being deleted, in the transaction of the caller."""
    DocumentLink.objects.filter(Q(source=business_key) | Q(target=business_key)).delete()


def unlink_documents(*, source: str, target: str) -> None:
    """Forget that `target` was made from `source`, in the transaction of the caller."""
    DocumentLink.objects.filter(source=source, target=target).delete()


def move_links(old: str, new: str) -> None:
    """Let the links of a document be those of its version in force, in the transaction of the
    caller. Those of lines keep the line they were made for."""
    for end in ("source", "target"):
        DocumentLink.objects.filter(**{end: old}).update(**{end: new})


def trace(business_key: str) -> list[Traced]:
    """The chain of a document: what it was made from, itself, and what was made from it; from the
    first source to the last target. Whose rows they are isn't asked here."""
    limits = {"depth": DEPTH, "most": MOST}
    found = [Traced(*row) for row in execute(TRACE, {"key": business_key, **limits})]
    return sorted(found, key=lambda each: each.distance)


# UNION drops what was reached before at the same distance, and the distance is bounded: a circle
# that somebody wrote by hand ends, too.
TRACE: Final = """
WITH RECURSIVE
up(key, distance) AS (
    SELECT %(key)s::text, 0
    UNION
    SELECT l.source::text, up.distance - 1
    FROM up JOIN links_documentlink l ON l.target = up.key WHERE up.distance > -%(depth)s
),
down(key, distance) AS (
    SELECT %(key)s::text, 0
    UNION
    SELECT l.target::text, down.distance + 1
    FROM down JOIN links_documentlink l ON l.source = down.key WHERE down.distance < %(depth)s
)
SELECT key, (array_agg(distance ORDER BY abs(distance)))[1] AS nearest
FROM (SELECT * FROM up UNION SELECT * FROM down) walked
GROUP BY key ORDER BY abs((array_agg(distance ORDER BY abs(distance)))[1]), key
LIMIT %(most)s
"""
