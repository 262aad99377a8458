"""Commands about account sets."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("command", ["verify_trail", "deploy_processes"])
def test_an_account_set_that_does_not_exist_is_named(command):
    with pytest.raises(CommandError, match="gone"):
        call_command(command, "gone")
