"""manage.py deploy_processes: take the shipped diagrams into the account sets."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django_tenants.utils import schema_context

from engine.definitions import deploy, shipped_files
from engine.management import account_sets
from engine.models import Deployment


class Command(BaseCommand):
    """Idempotent; what a process administrator has changed is kept."""

    help = "Deploy the shipped processes to one account set, or to all."

    def add_arguments(self, parser: CommandParser) -> None:
        account_sets.add_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        names = account_sets.chosen(options["account_set"])
        files = shipped_files()
        for name in names:
            with schema_context(name):
                result = deploy(files, source=Deployment.Source.SHIPPED)
            made = ", ".join(str(definition) for definition in result.made) or "-"
            kept = ", ".join(result.kept) or "-"
            self.stdout.write(f"{name}: new {made}; kept {kept}")
