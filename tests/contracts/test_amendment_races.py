"""Several begin an amendment of the same contract at the same moment."""

from __future__ import annotations

from functools import partial

from apps.contracts.models import SalesContract
from engine.exceptions import Conflict
from tests.casework import deploy
from tests.contracts.amending import amend, in_force
from tests.engine.races.racing import losers, race, winners


def test_of_two_at_the_same_moment_one_begins(own_database, company):
    deploy("contract_approval")
    contract = in_force()
    results = race(*[partial(amend, contract) for _ in range(4)])
    assert len(winners(results)) == 1, results
    assert all(isinstance(one, Conflict) for one in losers(results))
    assert SalesContract.objects.filter(amends=contract).count() == 1
