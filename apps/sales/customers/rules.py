"""Rules of customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from apps.core.kinds.parts import Risk
from apps.core.phones import e164
from apps.sales.customers.entering import complete, require_new
from apps.sales.customers.models import Customer
from apps.sales.customers.overview import warnings_of
from apps.sales.customers.services import note_new_owners


def prepare(record: Customer, lines: Mapping[str, Sequence[Any]]) -> None:
    complete(record)
    for address in lines.get("addresses", ()):
        address.phone_e164 = e164(address.phone)
    require_new(record)


def given(records: Sequence[Customer], before: Mapping[int, int]) -> None:
    note_new_owners(records, before)


def risks(record: Customer) -> list[Risk]:
    return warnings_of(record)
