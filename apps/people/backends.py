"""How the users of an account set are recognised."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from apps.accountsets.routing import in_public
from apps.people.models import User
from apps.people.organisation import user_on_duty


class PeopleBackend(ModelBackend):
    """Knows the users of the current account set, and nobody outside of one."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> User | None:
        if in_public():
            return None
        return super().authenticate(request, username=username, password=password, **credentials)

    def user_can_authenticate(self, user: User) -> bool:
        own = Q(one_time_until__isnull=True) | Q(one_time_until__gt=timezone.now())
        return User.objects.able().filter(own, pk=user.pk).exists()

    def get_user(self, user_id: int) -> User | None:
        if in_public():
            return None
        return user_on_duty(user_id)
