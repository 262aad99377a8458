"""How server administrators are recognised."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from apps.accountsets.models import ServerAdministrator
from apps.accountsets.routing import in_public


class ServerBackend(BaseBackend):
    """Knows server administrators, and only where no account set has been chosen."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> ServerAdministrator | None:
        if not in_public() or username is None or password is None:
            return None
        administrator = ServerAdministrator.objects.filter(username=username).first()
        if administrator is None:
            # As slow as for somebody who exists, so that the time doesn't tell.
            ServerAdministrator().set_password(password)
            return None
        right = administrator.check_password(password)
        return administrator if right and administrator.is_active else None

    def get_user(self, user_id: int) -> ServerAdministrator | None:
        return ServerAdministrator.objects.filter(pk=user_id, is_active=True).first()
