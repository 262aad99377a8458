"""Who takes part in the approval of a document, and so may read it whatever their scope."""

from __future__ import annotations

from apps.core.inbox.visibility import Viewer, visible_instances


def takes_part(user: int, business_key: str) -> bool:
    """Whether some case of that business key is open to the user: its initiator, whoever is or was
    asked or acted, and those who got a copy."""
    return visible_instances(Viewer(user)).filter(business_key=business_key).exists()
