"""`python -m tests.faults.audit`: whether everything in both account sets is as it must be.

Looks once for every line "look" that it reads, and answers "right" or, in one line of JSON, the
trace of what is not. At "mend" it tries mails again that were refused too often, as an
administrator does. It is a process of its own because it works in the database of the plant."""

from __future__ import annotations

import json
import sys
import traceback
from collections import Counter

import django

django.setup()

from django.db import connection  # noqa: E402

from apps.accountsets.routing import in_account_set  # noqa: E402
from apps.people.models import User  # noqa: E402
from engine import checkpoints, housekeeping, incidents  # noqa: E402
from engine.models import (  # noqa: E402
    ActivityInstance,
    ActivityState,
    Decision,
    HumanTask,
    Incident,
    JobKind,
    OutboxMessage,
    ProcessInstance,
    TaskState,
)
from engine.trail import verify_instances  # noqa: E402
from tests.casework import check_inboxes, check_instance  # noqa: E402
from tests.faults.build import SETS  # noqa: E402

mended: set[tuple[str, int]] = set()  # account set and incident


def check() -> None:
    """Rows fit each other, inboxes their tasks; nothing runs that nobody would ever wake; effects
    and mails are those of the steps; the trail is whole."""
    for row in ProcessInstance.objects.select_related("definition"):
        check_instance(row)
    check_inboxes()
    assert list(verify_instances()) == []
    housekeeping.run()
    assert list(checkpoints.verify_checkpoints()) == []
    done = ActivityInstance.objects.filter(
        element__in=("effect", "after"), state=ActivityState.COMPLETED
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, instance FROM effect")
        effects = dict(cursor.fetchall())
    assert {f"{i}:{task}" for i, task in done.values_list("instance", "task_id")} == set(effects)
    assert Counter(done.values_list("instance", flat=True)) == Counter(effects.values())
    mails = set(OutboxMessage.objects.values_list("message_id", flat=True))
    assert mails == {f"mail:{key}" for key in effects}
    closed = HumanTask.objects.filter(state=TaskState.COMPLETED).values_list("pk", flat=True)
    assert set(closed) == set(Decision.objects.values_list("task", flat=True))
    seen = {(connection.schema_name, pk) for pk in Incident.objects.values_list("pk", flat=True)}
    assert seen <= mended


def mend() -> None:
    """Try again what was given up. Nothing but mails may have been."""
    by = User.objects.get(username="admin").pk
    for incident in Incident.objects.filter(state=Incident.State.OPEN).select_related("job"):
        assert incident.job is not None
        assert incident.job.kind == JobKind.MAIL
        incidents.retry(incident.pk, by=by)
        mended.add((connection.schema_name, incident.pk))


WORK = {"look": check, "mend": mend}


def work(what: str) -> str:
    """ "right", or what is wrong."""
    try:
        for schema in SETS:
            with in_account_set(schema):
                WORK[what]()
    except Exception:
        return traceback.format_exc()
    finally:
        connection.close()  # it may not outlive the server
    return "right"


def main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(work(line.strip())) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
