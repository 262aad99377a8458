"""`manage.py seed_large [large] [--scale 0.1]`"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.accountsets.routing import in_account_set
from apps.accountsets.services import create_account_set
from apps.sales.large.seeding import seed
from engine.definitions import deploy, shipped_files
from engine.models import Deployment


class Command(BaseCommand):
    """An account set of its own with the rows of a large firm, for measurements."""

    help = "Make an account set with 1.7 million rows of sales; not in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("schema_name", nargs="?", default="large")
        parser.add_argument("--scale", type=float, default=1.0, help="share of the rows")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Only for demo and test (CRM_MODE): the password is known to all.")
        name = options["schema_name"]
        try:
            create_account_set(schema_name=name, name=name)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        with in_account_set(name):
            deploy(shipped_files(), source=Deployment.Source.SHIPPED)
        sizes = seed(name, scale=options["scale"], now=timezone.now(), say=self.stdout.write)
        self.stdout.write(f"{name}\t{sizes}")
