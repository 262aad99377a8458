"""Of two account sets with equal ids, no page, file or answer of one shows anything of the other.

Every address is asked for by GET, in both sets, by somebody who may do everything there.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.test import Client
from django.urls import NoReverseMatch, reverse

from apps.core.access.actions import EVERYONE, Scope
from apps.core.access.models import DataScope, RoleGrant
from apps.core.access.subjects import subjects
from apps.core.attachments.models import Attachment
from apps.core.attachments.reading import categories
from apps.core.attachments.services import add_attachment
from apps.core.kinds.registry import kinds
from apps.core.requests.services import submit_request
from apps.people.models import Department, User
from engine.files import store
from engine.models import HumanTask, ProcessInstance, Resource
from engine.organisation import Role
from tests.casework import deploy
from tests.conftest import COMPANY, NUMBERED, PEOPLE, SETS, skip_numbers
from tests.kinds.factories import all_rights, make, typed
from tests.rights.routes import Route, routes
from tests.rights.table import Open, expected

# Only in a fresh database do both sets count from the same numbers.
pytestmark = pytest.mark.usefixtures("own_database")

DIAGRAM = (Path(__file__).parents[1] / "engine/bpmn/vendors/camunda7.bpmn").read_text()
MARKS = dict(zip(SETS, ("甲套之物", "乙套之物"), strict=True))
ME = "qiuzhiyuan"
Filled = dict[str, list[int]]


def copy_company(schema: str) -> None:
    """The demo company's people, with the ids that they have in the first set."""
    rows = "".join(f"INSERT INTO {schema}.{t} SELECT * FROM {COMPANY}.{t};" for t in PEOPLE)
    with connection.cursor() as cursor:
        cursor.execute(rows + "".join(skip_numbers(schema, table) for table in NUMBERED))


def fill(mark: str) -> Filled:
    """One record of each kind, a request that waits, a file; all names bear the mark. The ids."""
    for model, name in ((User, "display_name"), (Department, "name")):
        model._base_manager.update(**{name: Concat(F(name), Value(mark))})
    for key in subjects:
        DataScope.objects.update_or_create(role=EVERYONE, kind=key, defaults={"scope": Scope.ALL})
        for action in subjects[key].actions:
            RoleGrant.objects.get_or_create(role=EVERYONE, kind=key, action=action)
    deploy("general_request")
    records = {}
    for key in sorted(kinds):
        named = {name: f"{mark}{key}" for name in ("name", "subject") if name in typed(key)}
        records[key] = make(key, by=ME, **named)
    user = User.objects.get_by_natural_key(ME)
    submit_request(user=user.pk, subject=mark, amount=Decimal(1), text=mark)
    customer = records["sales.customer"]
    file = add_attachment(
        business_key=f"sales.customer:{customer.pk}",
        category=categories(kinds["sales.customer"])[0].code,
        name=f"{mark}.txt",
        content=BytesIO(mark.encode()),
        rights=all_rights(ME),
    )
    diagram = DIAGRAM.replace("Invoice Receipt", mark).encode()
    others = {
        "stored": [store(f"{mark}.bpmn", diagram, by=user.pk).file_id],
        "resources": [Resource.objects.latest("pk").pk],
        "users": [user.pk],
        "tasks": list(HumanTask.objects.values_list("pk", flat=True)),
        "instances": list(ProcessInstance.objects.values_list("pk", flat=True)),
        "files": [file.pk],
    }
    return {**{key: [row.pk] for key, row in records.items()}, **others}


@pytest.fixture
def filled(company, in_set) -> Filled:
    """The ids, which are those of both sets."""
    copy_company(SETS[1])
    found = []
    for schema, mark in MARKS.items():
        with in_set(schema):
            found.append(fill(mark))
    assert found[0] == found[1]
    assert Attachment.objects.exists()
    return found[0]


def addresses(filled: Filled) -> Iterator[str]:
    """Every address with every id that could mean something to it."""
    every = sorted({pk for ids in filled.values() for pk in ids})
    for route in routes():
        if expected(route) is Open.TO_SERVER or route.name.startswith("log"):
            continue  # they end our session
        for parts in choices(route, filled, every):
            try:
                yield reverse(route.name, kwargs={part: parts.get(part, 1) for part in route.parts})
            except NoReverseMatch:
                continue


def choices(route: Route, filled: Filled, every: list[int]) -> Iterator[dict[str, Any]]:
    if "kind" in route.parts:
        for key in kinds:
            yield {"kind": key, "pk": filled[key][0], "place": "owner"}
    elif "business_key" in route.parts:
        yield {"business_key": f"sales.customer:{filled['sales.customer'][0]}"}
    else:
        for pk in every if "pk" in route.parts else [1]:
            yield {"pk": pk, "code": Role.HR, "key": "general_request", "version": 1}


def shown(client: Client, address: str) -> str:
    """What an address answers, files included; '' for what isn't there or leads elsewhere."""
    answer = client.get(address)
    assert answer.status_code != 500, address
    if answer.status_code != 200:
        return ""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode(errors="replace")


def test_no_address_shows_anything_of_another_set(filled, signed_in):
    clients = {schema: signed_in(ME, schema) for schema in SETS}
    with_mark = dict.fromkeys(SETS, 0)
    for address in addresses(filled):
        for schema, client in clients.items():
            (other,) = (MARKS[name] for name in SETS if name != schema)
            text = shown(client, address)
            assert other not in text, (schema, address)
            with_mark[schema] += MARKS[schema] in text
    assert with_mark[SETS[0]] == with_mark[SETS[1]]
    assert with_mark[SETS[0]] > 5 * len(list(kinds))  # it has looked at something
