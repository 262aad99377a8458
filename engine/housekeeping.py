"""What is done now and then in every account set: counts are folded, the trail is signed."""

from __future__ import annotations

from django.db import transaction

from engine import checkpoints
from engine.database import execute

HOUSEKEEPING_LOCK = 7_310_443  # advisory: one at a time in an account set
ALONE = "SELECT pg_try_advisory_xact_lock(%s::int, hashtext(current_schema()))"

FOLD = """
WITH gone AS (
    DELETE FROM engine_inboxcount c USING (
        SELECT audience_id, queue FROM engine_inboxcount
        GROUP BY audience_id, queue HAVING count(*) > 1 LIMIT 5000
    ) many
    WHERE c.audience_id = many.audience_id AND c.queue = many.queue
    RETURNING c.audience_id, c.queue, c.delta
)
INSERT INTO engine_inboxcount (audience_id, queue, delta)
SELECT audience_id, queue, sum(delta) FROM gone GROUP BY audience_id, queue HAVING sum(delta) <> 0
"""


def run() -> None:
    """One round; does nothing while another one is under way."""
    with transaction.atomic():
        ((mine,),) = execute(ALONE, [HOUSEKEEPING_LOCK])
        if mine:
            execute(FOLD)
            checkpoints.sign()
