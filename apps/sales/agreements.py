"""Firms are entered one after the other, and refused where they agree with one that is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from apps.accountsets.routing import scoped
from apps.core.kinds.registry import kinds
from apps.sales.duplicates import Basis, Candidate, Match
from engine.exceptions import InvalidData
from engine.organisation import organisation

FIELDS: Final = {Basis.TAX_ID: "tax_id", Basis.PHONE: "phone", Basis.NAME: "name"}
"""Beside which field an agreement is told."""


def enter_one_by_one() -> None:
    """Let nobody else enter firms before this transaction ends: what agrees with each other would
    else pass side by side."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [scoped("sales.companies")])


def changed_only(now: Candidate, before: Candidate) -> Candidate:
    """What is new of a firm that was there before: old data may agree by right."""
    known = dict(before.values())
    new = {basis for basis, value in dict(now.values()).items() if known.get(basis) != value}
    return Candidate(
        now.name if Basis.NAME in new else "",
        now.phones if Basis.PHONE in new else (),
        now.tax_id if Basis.TAX_ID in new else "",
    )


def refuse(matches: Sequence[Match]) -> None:
    """Raises InvalidData, by field, where there are any; `matches` says with which."""
    if not matches:
        return
    errors = dict(errors_of(matches, organisation().names({match.owner for match in matches})))
    raise InvalidData(
        next(iter(errors.values()))[0],
        errors=errors,
        matches=[{"kind": m.kind, "id": m.pk, "label": m.label} for m in matches],
    )


def errors_of(
    matches: Sequence[Match], names: Mapping[int, str]
) -> Iterator[tuple[str, list[str]]]:
    """What is said of matches, by field: the first of each; with the names of their owners."""
    told: set[Basis] = set()
    for match in matches:
        if match.basis not in told:
            told.add(match.basis)
            yield FIELDS[match.basis], [said_of(match, names.get(match.owner, "?"))]


def said_of(match: Match, owner: str) -> str:
    """“康泽医疗” is there already (yellow pages, 解晓梅): same phone."""
    return _("%(basis)s as “%(label)s” (%(kind)s, %(owner)s).") % {
        "basis": match.basis.label,
        "label": match.label,
        "kind": kinds[match.kind].label_plural,
        "owner": owner,
    }
