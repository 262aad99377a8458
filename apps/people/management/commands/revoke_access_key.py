"""`manage.py revoke_access_key ID`: the number is that of `list_access_keys`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from apps.accountsets.access_keys import revoke_access_key
from apps.accountsets.models import AccessKey


class Command(BaseCommand):
    """Ends an access key for good; the next request with it is refused."""

    help = "Revoke an access key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        key = AccessKey.objects.filter(pk=options["id"]).first()
        if key is None:
            raise CommandError(_("There is no access key %(id)s.") % {"id": options["id"]})
        revoke_access_key(key=key)
        self.stdout.write(
            _("Access key %(id)s (%(purpose)s) is revoked since %(time)s.")
            % {"id": key.pk, "purpose": key.purpose, "time": key.revoked_at}
        )
