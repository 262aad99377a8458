"""Writes of customers. Where one was merged into another, they are about that one."""

from __future__ import annotations

from apps.sales.customers.services.merging import merge_customers
from apps.sales.customers.services.opening import open_customer, touch_customer
from apps.sales.customers.services.owning import (
    note_new_owners,
    share_customer,
    transfer_customer,
    unshare_customer,
)
from apps.sales.customers.services.stages import (
    close_customer,
    make_dormant,
    restore_customer,
    unwin_customer,
    win_by_hand,
    win_customer,
)
from apps.sales.customers.services.survivors import lock_customer, survivor_of

__all__ = [
    "close_customer",
    "lock_customer",
    "make_dormant",
    "merge_customers",
    "note_new_owners",
    "open_customer",
    "restore_customer",
    "share_customer",
    "survivor_of",
    "touch_customer",
    "transfer_customer",
    "unshare_customer",
    "unwin_customer",
    "win_by_hand",
    "win_customer",
]
