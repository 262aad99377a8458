"""A case that was submitted again says when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.processes.test_contract_approval import HEAD, SELLER, submit

__all__ = ["submit"]

pytestmark = pytest.mark.django_db


def test_the_latest_submission_is_the_one_that_is_told(submit, signed_in):
    case, client = submit(), signed_in(HEAD)

    def told() -> tuple[str, str, str]:
        pane = client.get(f"/approvals/cases/{case.id}/").context
        page = signed_in(SELLER).get(f"/instances/{case.id}/").content.decode()
        return pane["facts"][-1], pane["chain"][0].text, page.partition("提交时间")[2][:200]

    first = told()
    assert "03-03 09:00" in first[0]
    case.decide(HEAD, "return")
    case.now += timedelta(hours=2)
    case.resubmit(amount=50_000)
    for said in told():
        assert "03-03 11:00" in said
        assert "03-03 09:00" not in said
