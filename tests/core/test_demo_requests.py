"""The demo company's general requests."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.core.requests.demo import REQUESTS, make_requests
from engine import inbox
from engine.models import HumanTask, ProcessInstance
from tests.casework import MONDAY, check_inboxes, check_instance

pytestmark = pytest.mark.django_db


def test_they_stand_at_every_stage(company):
    assert make_requests(now=MONDAY) == len(REQUESTS)
    rows = ProcessInstance.objects.all()
    for row in rows:
        check_instance(row)
        assert MONDAY - timedelta(days=2) < row.started_at < MONDAY
    check_inboxes()
    ends = set(rows.values_list("end_event", flat=True))
    assert ends == {"", "end_approved", "end_rejected", "end_withdrawn"}
    open_elements = set(HumanTask.objects.filter(ended_at=None).values_list("element", flat=True))
    assert open_elements == {"decide", "revise"}
    for user in ("shanlina", "zengguoqiang", "yuchigang", "zhoumin"):
        assert inbox.counts(company[user]).total, user


def test_they_are_made_once(company):
    make_requests(now=MONDAY)
    assert make_requests(now=MONDAY) == 0
    assert ProcessInstance.objects.count() == len(REQUESTS)
