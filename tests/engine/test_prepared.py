"""Questions that are put into words once answer as querysets do."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.test.utils import CaptureQueriesContext

from apps.people.models import Department, Employee, RoleHolder, User
from engine.models import HumanTask, TrailEntry
from engine.prepared import Prepared

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("people")]


def told(rows):
    return [(type(row), row.pk, row.__dict__.keys() - {"_state"}) for row in rows]


def test_rows_come_with_all_that_the_queryset_reads_along(people):
    def ask(department):
        holds = RoleHolder.objects.filter(employee=OuterRef("pk"))
        return (
            Employee.objects.filter(department=department)
            .select_related("user", "department__head")
            .defer("position", "user__password")
            .annotate(holds=Exists(holds))
            .order_by("pk")
        )

    prepared = Prepared(ask)
    for department in Department.objects.all():
        assert told(prepared(department.pk)) == told(ask(department.pk))
        for row, same in zip(prepared(department.pk), ask(department.pk), strict=True):
            assert (row.user.display_name, row.holds) == (same.user.display_name, same.holds)
            assert row.get_deferred_fields() == same.get_deferred_fields() == {"position"}
            assert row.department.head == same.department.head


def test_it_is_one_question_and_written_once(people):
    asked = []

    def ask(user):
        asked.append(user)
        return User.objects.filter(pk=user)

    prepared = Prepared(ask)
    with CaptureQueriesContext(connection) as queries:
        assert prepared.first(people["chenhai"]).username == "chenhai"
        assert prepared.first(people["wulei"]).username == "wulei"
        assert prepared.first(0) is None
    assert (len(queries), len(asked)) == (3, 1)


def test_the_same_parameter_may_stand_in_several_places_and_in_json(people):
    prepared = Prepared(
        lambda user, task: HumanTask.objects.filter(
            Q(assignee=user) | Q(owner=user) | Exists(TrailEntry.objects.filter(data__to=user)),
            pk=task,
        )
    )
    assert prepared(people["wulei"], 1) == []


def test_a_parameter_that_is_left_out_is_told():
    with pytest.raises(TypeError, match="out"):
        Prepared(lambda one, two: User.objects.filter(pk=one))(1, 2)
