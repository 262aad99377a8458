"""`manage.py create_account_set demo --name "Demo" --company "…"`."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from apps.accountsets.routing import in_account_set
from apps.accountsets.services import create_account_set
from engine.definitions import deploy, shipped_files
from engine.models import Deployment


class Command(BaseCommand):
    """Enters an account set in the register, builds its schema and deploys the processes."""

    help = "Make a new, empty account set."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("schema_name", help="lower-case letters, digits and underscores")
        parser.add_argument("--name", help="what people choose at login; default: the schema name")
        parser.add_argument("--company", default="", help="full name of the company")
        parser.add_argument("--valid-from", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--valid-until", type=date.fromisoformat, metavar="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            account_set = create_account_set(
                schema_name=options["schema_name"],
                name=options["name"] or options["schema_name"],
                company=options["company"],
                valid_from=options["valid_from"],
                valid_until=options["valid_until"],
            )
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        with in_account_set(account_set.schema_name):
            deploy(shipped_files(), source=Deployment.Source.SHIPPED)
        self.stdout.write(f"{account_set.schema_name}\t{account_set.name}")
