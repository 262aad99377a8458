"""Rules of the yellow pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils import timezone

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds import states
from apps.core.kinds.parts import Risk
from apps.sales.companies.entering import complete, errors_of_many, require_new
from apps.sales.companies.models import HELD, CompanyState, TargetCompany
from apps.sales.companies.services.claiming import CLAIM
from apps.sales.companies.services.keeping import follow_owner
from apps.sales.companies.services.moving import KEY, end_recycling, refused, said_of_state
from apps.sales.customers.invoicing import warnings_of_tax_id
from engine.exceptions import EngineError

OVER: Final = (CompanyState.PROMOTED, CompanyState.VOID)
"""States in which nobody works on a company any more."""


def absent(rights: Rights, pk: int) -> EngineError | None:
    """Whoever may claim is told who was faster, instead of that there is nothing."""
    lost = TargetCompany.objects.filter(pk=pk, state__in=HELD).first()
    return None if lost is None or not rights.may(KEY, CLAIM) else refused(lost)


def refusal(record: TargetCompany, action: str) -> str | None:
    if action in (Action.CHANGE, Action.DELETE) and record.state in OVER:
        return said_of_state(record)
    return states.refusal(record, action)


def handing_over(records: Sequence[TargetCompany], *, to: int, by: int) -> None:
    for record in records:
        end_recycling(record.pk, by=by)


def given(records: Sequence[TargetCompany], before: Mapping[int, int]) -> None:
    follow_owner(records, now=timezone.now())


def risks(record: TargetCompany) -> list[Risk]:
    return warnings_of_tax_id(record.tax_id)


def prepare(record: TargetCompany, lines: Mapping[str, Sequence[Any]]) -> None:
    complete(record)
    require_new(record)


def prepare_many(records: Sequence[TargetCompany]) -> list[dict[str, list[str]]]:
    for record in records:
        complete(record)
    return errors_of_many(records)
