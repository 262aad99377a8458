"""manage.py setup: everything between an empty or older database and a running product."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from apps.accountsets.models import AccountSet
from apps.accountsets.ownership import as_owner
from apps.accountsets.routing import in_account_set
from apps.accountsets.schemas import migrate_account_sets, migrate_public
from apps.core.access.defaults import sync_grants
from config.bootstrap.steps import say
from config.demo import logins, make_cases, make_demo
from config.grants import grant_to_application, require_histories_that_only_grow
from config.messages import Translations
from config.static import collect_static
from engine.definitions import deploy, shipped_files
from engine.models import Deployment


class Command(BaseCommand):
    """One command instead of five: each start of Django costs a second or more.

    Again and again without harm: what is there is kept, what is missing is made.
    """

    help = "Migrate, compile, collect and deploy; in demo mode, make the demo company."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--logins", type=Path, help="write the demo's logins to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        say("translations")
        Translations().compile()
        say("static files")
        collect_static()
        say("database: migrations of all account sets")
        with as_owner():
            grant_to_application()
            migrate_public()
            migrate_account_sets()
        require_histories_that_only_grow()
        if settings.MODE == "demo":
            make_demo(say)
        for account_set in AccountSet.objects.open():
            say(f"rights and processes of {account_set}")
            with in_account_set(account_set.schema_name):
                sync_grants()
                deploy(shipped_files(), source=Deployment.Source.SHIPPED)
        if settings.MODE == "demo":
            make_cases(say)
        if options["logins"]:
            options["logins"].write_text(logins(), encoding="utf-8")
