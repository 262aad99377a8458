"""manage.py verify_trail: is the trail of the account sets what was written?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tenants.utils import schema_context

from engine.checkpoints import verify_checkpoints
from engine.management import account_sets
from engine.trail import verify_instances

_REASONS: Final[Mapping[str, Promise]] = {
    "missing": gettext_lazy("the entry is missing"),
    "changed": gettext_lazy("the entry has been changed"),
    "entries": gettext_lazy("what it covers has been changed"),
    "signature": gettext_lazy("its signature doesn't fit"),
}


class Command(BaseCommand):
    """Checks every chain and every checkpoint; names the first broken row of each; fails if there
    is one."""

    help = "Verify the trail of one account set, or of all."

    def add_arguments(self, parser: CommandParser) -> None:
        account_sets.add_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        broken = sum(self._verify(name) for name in account_sets.chosen(options["account_set"]))
        if broken:
            raise CommandError(_("%(count)d breaks found.") % {"count": broken})

    def _verify(self, name: str) -> int:
        with schema_context(name):
            breaks = list(verify_instances())
            forged = list(verify_checkpoints())
        for found in breaks:
            self.stderr.write(
                _("%(set)s: instance %(instance)s, entry %(seq)s: %(reason)s")
                % {
                    "set": name,
                    "instance": found.instance,
                    "seq": found.seq,
                    "reason": _REASONS[found.reason],
                }
            )
        for wrong in forged:
            self.stderr.write(
                _("%(set)s: checkpoint %(id)s: %(reason)s")
                % {"set": name, "id": wrong.checkpoint, "reason": _REASONS[wrong.reason]}
            )
        if not breaks and not forged:
            self.stdout.write(_("%(set)s: whole") % {"set": name})
        return len(breaks) + len(forged)
