"""Whom the rows of a matrix can name, to be chosen from a list or typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from apps.core.approval.deciders import SUPERIOR, decider_of, label
from engine.organisation import Role, organisation

NEVER: Final = (Role.ADMINISTRATOR, Role.PROCESS_ADMIN)  # they administer, and decide nothing


class Deciders:
    """Roles, the superior and colleagues, each as a matrix names them and as people call them. Of
    colleagues of one name the user name stands beside it."""

    @cached_property
    def roles(self) -> Mapping[str, str]:
        """The engine's and the firm's own."""
        fixed = {role.value: str(role.label) for role in Role if role not in NEVER}
        return fixed | {SUPERIOR: label(SUPERIOR)} | dict(organisation().own_roles())

    @cached_property
    def users(self) -> Mapping[int, str]:
        """Everybody who may log in."""
        users = list(get_user_model()._default_manager.filter(is_active=True).order_by("pk"))
        called = Counter(user.get_full_name() for user in users)
        return {user.pk: self._name(user, called) for user in users}

    def _name(self, user: Any, called: Mapping[str, int]) -> str:
        name = user.get_full_name()
        return name if called[name] == 1 else f"{name} ({user.get_username()})"

    @cached_property
    def people(self) -> Mapping[str, str]:
        return {decider_of(user): name for user, name in self.users.items()}

    @cached_property
    def choices(self) -> list[tuple[str, Any]]:
        """For a list to choose from."""
        return [
            ("", ""),
            (_("Roles"), list(self.roles.items())),
            (_("People"), list(self.people.items())),
        ]

    def name(self, decider: str) -> str:
        """How it is called here, also where it can't be chosen any more."""
        return self.roles.get(decider) or self.people.get(decider) or label(decider)

    def meant(self, name: str) -> str | None:
        """The decider who is called so; None where nobody is."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        return {name: code for code, name in {**self.people, **self.roles}.items()}
