"""Who may call what: every action declares a right, and what declares none is refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission

from apps.core.access.rights import rights_of
from apps.core.inbox.visibility import Viewer

if TYPE_CHECKING:  # the views read the settings that name this module
    from rest_framework.request import Request
    from rest_framework.views import APIView


class Right(Enum):
    """What a person must be for an action. Which rows they see is another question: `visibility`;
    whether a task is theirs the engine decides."""

    MEMBER = "member"  # anybody who has logged in to the account set
    OVERSEE = "oversee"  # who sees every case
    OPERATE = "operate"  # who may steer cases
    DEPLOY = "deploy"  # who may deploy diagrams

    def holds(self, viewer: Viewer) -> bool:
        """Whether this person has the right."""
        match self:
            case Right.MEMBER:
                return True
            case Right.OVERSEE:
                return viewer.sees_all
            case Right.OPERATE:
                return viewer.operates
            case Right.DEPLOY:
                return viewer.deploys


@dataclass(frozen=True, slots=True)
class KindRight:
    """The right to do something with a kind, as roles are granted it."""

    kind: str
    action: str

    def holds(self, viewer: Viewer) -> bool:
        """Whether this person has the right."""
        return rights_of(viewer.id).may(self.kind, self.action)


def viewer_of(request: Request) -> Viewer:
    """Who asks; the same object for the whole request, so that roles are read once."""
    found: Viewer | None = getattr(request, "crm_viewer", None)
    if found is None:
        found = Viewer(int(request.user.pk))  # type: ignore[arg-type]  # somebody has logged in
        request.crm_viewer = found  # type: ignore[attr-defined]
    return found


class Declared(BasePermission):
    """Lets those in who hold the right that the view declares for its action in `rights`."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.user is None or not request.user.is_authenticated:
            return False
        action = getattr(view, "action", None)
        if action is None:  # a method the view doesn't have: 405, nothing runs
            return request.method not in getattr(view, "action_map", {})
        right = getattr(view, "rights", {}).get(action)
        return right is not None and right.holds(viewer_of(request))
