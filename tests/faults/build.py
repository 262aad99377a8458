"""`python -m tests.faults.build`: tables, two account sets, people and the process.

Prints the access key by which the tests come in."""

from __future__ import annotations

import sys

import django

django.setup()

from django.db import connection  # noqa: E402

from apps.accountsets.access_keys import issue_access_key  # noqa: E402
from apps.accountsets.models import AccountSet  # noqa: E402
from apps.accountsets.ownership import as_owner  # noqa: E402
from apps.accountsets.routing import in_account_set  # noqa: E402
from apps.accountsets.schemas import migrate_public  # noqa: E402
from apps.accountsets.services import create_account_set  # noqa: E402
from apps.people.demo import make_people  # noqa: E402
from apps.people.models import User  # noqa: E402
from engine.definitions import deploy  # noqa: E402
from engine.models import Deployment  # noqa: E402
from tests.engine.bpmn.diagrams import (  # noqa: E402
    catch,
    chain,
    end,
    flow,
    gateway,
    process,
    service,
    start,
    timer,
    user,
)

SETS = ("one", "two")


def diagram() -> str:
    """A task, an effect, and round again; at the end a timer and an effect of the worker."""
    task = user(assignee="me", candidateGroups=None, decisions="again,enough")
    content = start() + task + service("effect", "faults.effect")
    content += gateway("decided", default="decided_wait") + catch("wait", timer("calendar('PT1S')"))
    content += service("after", "faults.effect") + end()
    content += chain("start", "task", "effect", "decided", "wait", "after", "end")
    return process(content + flow("decided", "task", 'decision == "again"'))


def main() -> None:
    with as_owner():
        migrate_public()
    for schema in SETS:
        create_account_set(schema_name=schema, name=schema)
        with in_account_set(schema):
            make_people()
            with as_owner(), connection.cursor() as cursor:
                cursor.execute("CREATE TABLE effect (key text PRIMARY KEY, instance bigint)")
            files = {"process.bpmn": diagram().encode()}
            deploy(files, source=Deployment.Source.SHIPPED)
            me = User.objects.get(username="admin")
    account_set = AccountSet.objects.get(schema_name=SETS[0])
    _key, token = issue_access_key(account_set=account_set, user_id=me.pk, purpose="faults")
    sys.stdout.write(f"{token} {me.pk}")


if __name__ == "__main__":
    main()
