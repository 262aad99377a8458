"""Gives every test process its database server and its Valkey before settings are read.

Loaded early (`-p` in pyproject.toml): Django's settings are read before any conftest. Addresses
that the environment gives are left alone.
"""

from __future__ import annotations

import os
from pathlib import Path

from config.services.shared import Membership, join

HOME = Path(__file__).resolve().parents[2] / "var" / "test"
# Tells the workers of pytest-xdist that the addresses they inherit are those of the shared stores.
SLOT = "CRM_TEST_SLOT"


def take_services() -> Membership | None:
    """Put the addresses into this process's environment; None where all of them were given."""
    os.environ.setdefault("CRM_MODE", "test")
    inherited = SLOT in os.environ
    missing = [name for name in ("DATABASE_URL", "REDIS_URL") if name not in os.environ]
    if not (inherited or missing):
        return None
    membership = join(HOME)
    for name, address in membership.environment.items():
        if inherited or name not in os.environ:
            os.environ[name] = address
    os.environ[SLOT] = str(membership.slot)
    return membership


# Kept as long as the process lives: the locks are freed with it.
MEMBERSHIP = take_services()
