"""Writes of companies: claim, release, make void, take back, tell of contacts.

What makes leads of them is in `apps.sales.companies.promotion`: leads know nothing of it."""

from apps.sales.companies.services.claiming import (
    claim_company,
    give_back,
    release_company,
    take_company,
)
from apps.sales.companies.services.keeping import (
    reopen_company,
    restore_company,
    touch_company,
    void_company,
)
from apps.sales.companies.services.recycling import recycle_company, warn_of_recycling, warn_silent

__all__ = [
    "claim_company",
    "give_back",
    "recycle_company",
    "release_company",
    "reopen_company",
    "restore_company",
    "take_company",
    "touch_company",
    "void_company",
    "warn_of_recycling",
    "warn_silent",
]
