"""Submitting a general request."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction

from engine import instances
from engine.instances import Result

PROCESS = "general_request"
QUEUE = "other"  # of the approval center


@transaction.atomic
def submit_request(
    *, user: int, subject: str, amount: Decimal, text: str = "", now: datetime | None = None
) -> Result:
    """Submit a request of `user`; what it says lives in the variables of its process.

    Its number is unique and never used again; one that isn't submitted after all leaves a gap."""
    document = f"requests.request:{_next_number()}"
    return instances.start(
        PROCESS,
        business_key=document,
        variables={
            "document": document,
            "initiator": user,
            "subject": subject,
            "amount": amount,
            "text": text,
        },
        starter=user,
        card={"queue": QUEUE},
        now=now,
    )


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('core_request_number')")
        (number,) = cursor.fetchone()
    return int(number)
