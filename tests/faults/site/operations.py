"""The operation of the plant's process: an effect, a mail, and places where it can be killed."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from django.db import connection, transaction

from engine.operations import Context, operation
from engine.outbox import Mail

FOLDER = Path(os.environ["FAULTS_FOLDER"])
ROLE = os.environ["FAULTS_ROLE"]


def fail_point(name: str) -> None:
    """Where a test has armed this place for this kind of process: tell who is here, and wait to be
    killed."""
    armed = FOLDER / f"{ROLE}.{name}"
    try:
        armed.rename(FOLDER / f"{armed.name}.{os.getpid()}")
    except FileNotFoundError:
        return
    threading.Event().wait()


@operation("faults.effect")
def effect(context: Context) -> None:
    fail_point("before")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO effect VALUES (%s, %s)", [context.key, context.instance])
    context.mail(Mail(context.key, ("someone@example.com",), "完成", context.key))
    transaction.on_commit(lambda: fail_point("committed"))
    fail_point("written")
