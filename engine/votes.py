"""Who was asked in an activity, and what they decided: `Context.asked_in` of operations."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.database import execute


class Asked(NamedTuple):
    """A task of the activity. Without a decision `user`, `on_behalf_of` and `code` are None."""

    reasons: dict[str, dict[str, Any]]  # user id as text → why
    user: int | None
    on_behalf_of: int | None
    code: str | None


ASKED = """
SELECT t.assignment, d."user", d.on_behalf_of, d.code
FROM engine_humantask t LEFT JOIN engine_decision d ON d.task_id = t.id
WHERE t.instance_id = %s AND t.activity = %s::uuid ORDER BY d.id, t.id
"""


def asked_in(instance: int, activity: str) -> list[Asked]:
    """The tasks of an activity as they are stored, in the order of the decisions, open ones
    last."""
    return [Asked(*row) for row in execute(ASKED, [instance, activity])]
