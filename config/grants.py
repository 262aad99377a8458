"""What the application's database role may do with what the owner's makes."""

from __future__ import annotations

import environ
from django.conf import settings
from django.db import connection

from config.services.postgresql import default_privileges


def grant_to_application() -> None:
    """Give it in this database, as the owner's role. Nothing where both are one."""
    owner, application = (
        environ.Env.db_url_config(url)["USER"]
        for url in (settings.DATABASE_OWNER_URL or settings.DATABASE_URL, settings.DATABASE_URL)
    )
    if owner != application:
        with connection.cursor() as cursor:
            cursor.execute(default_privileges(owner, application))
