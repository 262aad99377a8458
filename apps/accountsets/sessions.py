"""Where sessions are kept: in the database, account set and user in columns of their own.

Named by the setting ``SESSION_ENGINE``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.utils import timezone

from apps.accountsets.routing import PUBLIC, current_set, in_public
from engine.database import execute
from engine.loading import Columns

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.accountsets.models import AccountSet, Session

ACCOUNT_SET_KEY = "account_set"  # primary key of the set, chosen at login
ENTERED_KEY = "entered_at"  # when that was, in seconds of the epoch
CLIENT_KEY = "client"  # address and program of the login
# What a browser calls itself → its name; each pretends to be those below it.
BROWSERS: Final = {
    "MicroMessenger": "WeChat",
    "DingTalk": "DingTalk",
    "Lark": "Feishu",
    "Edg": "Edge",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS: Final = {
    "HarmonyOS": "HarmonyOS",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}
PROGRAM = 300  # characters of the name of a program that are kept
RENEW_AFTER = timedelta(minutes=10)  # a write per request would cost more than it is worth


class SessionStore(DatabaseSessionStore):
    """A database session that loads its account set along with itself."""

    _account_set: AccountSet | None = None
    _expires_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return apps.get_model("accountsets", "Session")

    @property
    def account_set(self) -> AccountSet | None:
        """The set chosen at login, as it was when the session was loaded; None before that."""
        self._get_session()
        return self._account_set

    def enter(self, account_set: AccountSet, *, address: str = "", program: str = "") -> None:
        """Choose the set. From the next request on, everything of this session happens in it.
        From where and with what is shown in the list of one's sessions."""
        self[ACCOUNT_SET_KEY] = account_set.pk
        self[CLIENT_KEY] = address, program[:PROGRAM]
        self[ENTERED_KEY] = timezone.now().timestamp()
        self._account_set = account_set

    def is_too_old(self) -> bool:
        """Whether the login is longer ago than `SESSION_LONGEST`, however busy it has been."""
        entered_at = datetime.fromtimestamp(self[ENTERED_KEY], tz=UTC)
        return timezone.now() - entered_at > settings.SESSION_LONGEST

    def renew(self) -> None:
        """Put off the end of an idle session (`SESSION_COOKIE_AGE`), now that it is used."""
        loaded = self._expires_at
        if loaded is not None and self.get_expiry_date() - loaded > RENEW_AFTER:
            self.modified = True

    def load(self) -> dict[str, Any]:
        statement, account_set = _loading()
        rows = execute(statement, [self.session_key, timezone.now()], anywhere=True)
        if not rows:
            self._session_key = None
            return {}
        data, self._expires_at, *values = rows[0]
        self._account_set = account_set.made(values)
        return self.decode(data)

    def flush(self) -> None:
        super().flush()
        self._account_set = None

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = super().create_model_instance(data)
        row.account_set_id = data.get(ACCOUNT_SET_KEY)
        user = data.get(SESSION_KEY)
        row.user_id = None if user is None else int(user)
        return row


@cache
def _loading() -> tuple[str, Columns[AccountSet]]:
    """How a session is read with its account set, by a connection that is in no set yet."""
    columns = Columns(apps.get_model("accountsets", "AccountSet"), "a")
    statement = f"""
SELECT s.session_data, s.expire_date, {columns.sql}
FROM {PUBLIC}.accountsets_session s
    LEFT JOIN {PUBLIC}.accountsets_accountset a ON a.id = s.account_set_id
WHERE s.session_key = %s AND s.expire_date > %s
"""  # noqa: S608 (constants)
    return statement, columns


def sign_out_everywhere(*, user_id: int, keep: str | None = None) -> None:
    """End all sessions of a user of the current account set, but the one with the key `keep`.

    In ``public`` it is a server administrator whose sessions end.
    """
    _sessions(user_id).exclude(session_key=keep).delete()


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session of somebody, for them to see: since when, from where, used last at about when."""

    key: str
    entered_at: datetime
    used_at: datetime
    address: str
    program: str

    @property
    def device(self) -> str:
        """“Chrome, Windows”; what the browser calls itself where nobody knows it."""
        found = [
            next((name for mark, name in names.items() if mark in self.program), "")
            for names in (BROWSERS, SYSTEMS)
        ]
        return ", ".join(filter(None, found)) or self.program


def open_sessions(user_id: int) -> list[OpenSession]:
    """The sessions of a user of the current account set that go on, the latest first."""
    found = []
    for row in _sessions(user_id).filter(expire_date__gt=timezone.now()):
        data = row.get_decoded()
        address, program = data.get(CLIENT_KEY, ("", ""))
        entered_at = datetime.fromtimestamp(data.get(ENTERED_KEY, 0), tz=UTC)
        used_at = row.expire_date - timedelta(seconds=settings.SESSION_COOKIE_AGE)
        found.append(OpenSession(row.session_key, entered_at, used_at, address, program))
    return sorted(found, key=lambda session: session.used_at, reverse=True)


def _sessions(user_id: int) -> QuerySet[Session]:
    sessions = SessionStore.get_model_class().objects.filter(user_id=user_id)
    if in_public():
        return sessions.filter(account_set__isnull=True)
    return sessions.filter(account_set__schema_name=current_set())
