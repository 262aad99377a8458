"""The application's role can add to the trail and do nothing else to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db import connection

import engine
from apps.accountsets.ownership import as_owner
from apps.accountsets.routing import in_account_set
from config.grants import changeable_histories, require_histories_that_only_grow

pytestmark = pytest.mark.usefixtures("own_database")

TRAIL = Path(engine.__file__).parent / "sql" / "trail.sql"
SET, TABLE = "t_two", "t_two.engine_trailentry"


def as_the_owner(statement: str) -> None:
    with as_owner(), in_account_set(SET), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("right", ["UPDATE", "DELETE", "TRUNCATE"])
def test_production_does_not_start_where_the_trail_could_be_changed(settings, capsys, right):
    settings.PRODUCTION = True
    require_histories_that_only_grow()
    as_the_owner(f"GRANT {right} ON engine_trailentry TO PUBLIC")
    assert changeable_histories() == [TABLE]
    with pytest.raises(CommandError, match=TABLE):
        require_histories_that_only_grow()
    settings.PRODUCTION = False
    require_histories_that_only_grow()
    assert TABLE in capsys.readouterr().out
    as_the_owner(TRAIL.read_text())  # as every migration of the trail leaves it
    assert changeable_histories() == []


def test_whoever_owns_the_tables_could_switch_the_trigger_off():
    with as_owner():
        assert TABLE in changeable_histories()
