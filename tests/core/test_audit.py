"""The audit log."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from apps.core.audit.models import AuditEntry, Event
from apps.core.audit.services import record
from apps.people.models import User
from tests.requests import request_under_way

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_what_and_from_where(company):
    user = User.objects.get(pk=company["admin"])
    with request_under_way("10.1.2.3"):
        entry = record(Event.USER_CHANGED, by=7, subject=user, after={"on": date(2026, 1, 2)})
    entry.refresh_from_db()
    assert (entry.actor, entry.address, entry.label) == (7, "10.1.2.3", user.display_name)
    assert entry.subject == f"people.user:{user.pk}"
    assert (entry.before, entry.after) == ({}, {"on": "2026-01-02"})


def test_what_happens_outside_of_a_request_has_no_address():
    assert record(Event.EXPORTED, by=None, label="x").address is None


def test_names_and_reasons_are_cut_and_can_be_stored():
    entry = record(Event.EXPORTED, by=None, label="\x00" + "长" * 300, reason="r" * 600)
    entry.refresh_from_db()
    assert (entry.label, len(entry.reason)) == ("长" * 200, 500)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_auditentry SET reason = 'x'",
        "DELETE FROM audit_auditentry",
        "TRUNCATE audit_auditentry",
    ],
)
def test_nobody_changes_it(change):
    record(Event.EXPORTED, by=None)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert AuditEntry.objects.count() == 1
