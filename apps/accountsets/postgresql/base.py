"""PostgreSQL with a search path per account set, sent only where the server has another.

Between requests the connection is in no account set. Most requests of a thread then come back to
the set of the one before, whose path the server still has.
"""

from __future__ import annotations

from typing import Any

from django_tenants.postgresql_backend import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Knows which path the server has while the connection is said to be in another set."""

    _sent: list[str] | None = None

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        self._sent = self.search_path_set_schemas or self._sent
        super().set_tenant(tenant, include_public)
        if self._sent == self._get_cursor_search_paths():
            self.search_path_set_schemas = self._sent

    def close(self) -> None:
        self._sent = None
        super().close()

    def rollback(self) -> None:
        self._sent = None  # a path that was set in the transaction is taken back with it
        super().rollback()

    def savepoint_rollback(self, sid: str) -> None:
        self._sent = None
        super().savepoint_rollback(sid)
