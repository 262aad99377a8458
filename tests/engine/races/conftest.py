"""A committed database with the demo company, and an operation whose effects can be counted."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.db import connection

from apps.accountsets.ownership import as_owner
from engine.models import ActivityInstance, ActivityState, ProcessInstance
from engine.operations import Context
from engine.trail import verify_instances
from tests.casework import Case, Registered, check_inboxes, check_instance
from tests.conftest import Database

EFFECTS = "CREATE TABLE {}.effect (key text PRIMARY KEY, instance bigint NOT NULL)"
SETS = ("t_one", "t_two")


@pytest.fixture
def people(company: dict[str, Any], own_database: object) -> dict[str, int]:
    """User ids of the demo company by user name, in a database that really commits."""
    return {name: user.pk for name, user in company.items()}


@pytest.fixture
def world(people: dict[str, int], registered: Registered, own_database: Database) -> World:
    """Brings the form and the operations of the small diagrams."""
    with as_owner(), connection.cursor() as cursor:
        for schema in SETS:
            cursor.execute(EFFECTS.format(schema))
    registered.form("demo.form")
    world = World(people, own_database.url)
    registered.operation("demo.effect", world.effect)
    return world


class Unchecked(Case):
    """One of many cases: `World.check` looks at all of them when the race is over."""

    def check(self) -> Case:
        return self


class World:
    """What the tests' operations do, and what must hold after every race."""

    def __init__(self, people: dict[str, int], url: str) -> None:
        self.people = people
        self.url = url  # for connections that are nobody's of ours
        self.broken = False

    def effect(self, context: Context) -> None:
        """Writes a row under the key of this visit; raises afterwards while it is broken."""
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO effect VALUES (%s, %s)", [context.key, context.instance])
        if self.broken:
            raise RuntimeError("the printer is out of paper")

    def effects(self) -> Counter[int]:
        """How often each instance has had its effect."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT instance FROM effect")
            return Counter(instance for (instance,) in cursor.fetchall())

    def check(self) -> None:
        """Rows fit each other, inboxes their counts, the trail itself; effects are visits."""
        for row in ProcessInstance.objects.select_related("definition"):
            check_instance(row)
        check_inboxes()
        assert list(verify_instances()) == []
        visits = ActivityInstance.objects.filter(element="effect", state=ActivityState.COMPLETED)
        assert self.effects() == Counter(visits.values_list("instance_id", flat=True))
