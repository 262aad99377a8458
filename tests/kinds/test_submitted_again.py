"""Lists of the approval center mark what was submitted before."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.core.access.actions import Scope
from apps.core.inbox import looking
from apps.core.kinds.addresses import url_of
from apps.core.kinds.registry import kinds
from apps.core.kinds.services import live_instance
from apps.people.models import User
from tests.casework import deploy
from tests.kinds.factories import make

pytestmark = pytest.mark.django_db

MARK = "再次提交"


def test_what_was_sent_back_is_marked_once_it_is_submitted_again(grant, signed_in) -> None:
    kind = kinds["contracts.salescontract"]
    grant(kind.key, Scope.OWN)
    deploy(kind.approval.process)
    record, client = make(kind.key), signed_in("qiuzhiyuan")
    client.post(url_of(kind, "submit", record.pk))
    (asked, *_others) = looking.waiting(live_instance(record.business_key))
    approver = signed_in(User.objects.get(pk=asked.users[0]).username)
    assert MARK not in approver.get(reverse("desk:approvals")).content.decode()

    sent = {"decision": "return", "opinion": "缺报价", "seen_version": asked.task.version}
    approver.post(reverse("desk:complete", args=[asked.task.pk]), sent)
    client.post(url_of(kind, "submit", record.pk))
    assert MARK in approver.get(reverse("desk:approvals")).content.decode()
