"""How API clients are recognised: by an access key, which also chose the account set."""

from __future__ import annotations

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.accountsets.models import AccessKey
from apps.people.models import User


class AccessKeyAuthentication(BaseAuthentication):
    """The user of the access key in ``Authorization: Bearer …``.

    The middleware has checked the key and entered its account set.
    """

    def authenticate(self, request: Request) -> tuple[User, AccessKey] | None:
        key: AccessKey | None = request._request.access_key
        if key is None:
            return None
        user = User.objects.able().select_related("employee").filter(pk=key.user_id).first()
        if user is None:
            raise AuthenticationFailed(_("The user of this access key may not log in."))
        return user, key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class AccessKeyScheme(OpenApiAuthenticationExtension):
    """Describes access keys in the API's schema."""

    target_class = AccessKeyAuthentication
    name = "accessKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
