"""Who takes part in the approval of a document, and so may read it whatever their scope."""

from __future__ import annotations

from apps.core.inbox.visibility import Viewer, visible_instances


def takes_part(user: int, *business_keys: str) -> bool:
    """Whether some case of these business keys is open to the user: its initiator, whoever is or
    was asked or acted, and those who got a copy."""
    return visible_instances(Viewer(user)).filter(business_key__in=business_keys).exists()
