"""`manage.py list_access_keys [SCHEMA]`."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from apps.accountsets.models import AccessKey, AccountSet
from apps.accountsets.routing import in_account_set
from apps.people.models import User


class Command(BaseCommand):
    """One line per access key, parted by tabs, or the same as JSON. Tokens aren't kept, so none is
    shown."""

    help = "List the access keys of one account set, or of all of this server."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("schema_name", nargs="?")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = _rows(_keys(options["schema_name"]))
        if options["format"] == "json":
            self.stdout.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
            return
        for row in rows:
            self.stdout.write("\t".join(str(value or "-") for value in row.values()))


def _keys(schema_name: str | None) -> list[AccessKey]:
    keys = AccessKey.objects.select_related("account_set").order_by("pk")
    if schema_name is None:
        return list(keys)
    if not AccountSet.objects.filter(schema_name=schema_name).exists():
        raise CommandError(_("There is no account set “%(name)s”.") % {"name": schema_name})
    return list(keys.filter(account_set__schema_name=schema_name))


def _rows(keys: Iterable[AccessKey]) -> list[dict[str, Any]]:
    keys = list(keys)
    users: dict[str, set[int]] = defaultdict(set)
    for key in keys:
        users[key.account_set.schema_name].add(key.user_id)
    names: dict[tuple[str, int], str] = {}
    for schema_name, ids in users.items():
        with in_account_set(schema_name):
            found = User.objects.filter(pk__in=ids).values_list("pk", "username")
            names.update({(schema_name, pk): username for pk, username in found})
    return [
        {
            "id": key.pk,
            "account_set": key.account_set.schema_name,
            "user": names.get((key.account_set.schema_name, key.user_id)),
            "purpose": key.purpose,
            "created_at": key.created_at,
            "last_used_at": key.last_used_at,
            "revoked_at": key.revoked_at,
        }
        for key in keys
    ]
