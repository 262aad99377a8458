"""Which account sets a command is about."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django_tenants.utils import get_tenant_model


def add_argument(parser: CommandParser) -> None:
    """Schema names of account sets: any number, `account_set` of the options."""
    parser.add_argument("account_set", nargs="*", help="schema names; all by default")


def chosen(names: Sequence[str]) -> list[str]:
    """The schema names given; without any, those of all account sets. Raises CommandError for one
    that no account set has."""
    known = list(get_tenant_model().objects.values_list("schema_name", flat=True))
    for name in names:
        if name not in known:
            raise CommandError(_("There is no account set “%(name)s”.") % {"name": name})
    return list(names) or known
