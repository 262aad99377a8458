"""`manage.py list_account_sets`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

import orjson
from django.core.management.base import BaseCommand

from apps.accountsets.models import AccountSet

FIELDS = ("schema_name", "name", "company", "state", "valid_from", "valid_until")


class Command(BaseCommand):
    """One line per account set, parted by tabs, or the same as JSON."""

    help = "List the account sets of this server."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = list(AccountSet.objects.order_by("schema_name").values(*FIELDS))
        if options["format"] == "json":
            self.stdout.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
            return
        for row in rows:
            self.stdout.write("\t".join(str(row[name] or "") for name in FIELDS).rstrip())
