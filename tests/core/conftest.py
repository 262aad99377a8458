"""The demo company with its shipped processes, and clients by session and by access key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.accountsets.access_keys import issue_access_key
from apps.accountsets.models import AccountSet
from apps.core.requests.services import submit_request
from engine.instances import Result
from engine.models import HumanTask
from tests.casework import deploy, people, registered

__all__ = ["people", "registered"]


class Api:
    """Sends JSON to `/api/v1/` and gives back answers with `.json()`."""

    def __init__(self, client: Client, **headers: str) -> None:
        self.client = client
        self.headers = headers

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(self._address(path), query, headers=self.headers)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return self.client.post(
            self._address(path), body or {}, content_type="application/json", headers=self.headers
        )

    def post_form(self, path: str, fields: Mapping[str, Any] | None = None) -> Any:
        """As a form, files included."""
        return self.client.post(self._address(path), fields or {}, headers=self.headers)

    @staticmethod
    def _address(path: str) -> str:
        return path if path.startswith(("/", "http")) else f"/api/v1/{path}"


@pytest.fixture
def company(people: dict[str, int]) -> dict[str, int]:
    """User ids by user name; the general request can be started."""
    deploy("general_request")
    return people


@pytest.fixture
def api(company: dict[str, int], signed_in: Callable[..., Client]) -> Callable[[str], Api]:
    """`api("shanlina")`: the API by a session of that user."""
    return lambda username: Api(signed_in(username))


@pytest.fixture
def key_api(company: dict[str, int]) -> Callable[[str], Api]:
    """`key_api("shanlina")`: the API by an access key of that user."""

    def by_key(username: str) -> Api:
        account_set = AccountSet.objects.get(schema_name="t_one")
        _key, token = issue_access_key(
            account_set=account_set, user_id=company[username], purpose="test"
        )
        return Api(Client(), Authorization=f"Bearer {token}")

    return by_key


@pytest.fixture
def submitted(company: dict[str, int]) -> Callable[..., Result]:
    """`submitted("qiuzhiyuan")`: a request of that user."""

    def submit(username: str, amount: int = 150_000, subject: str = "购买两台笔记本电脑") -> Result:
        return submit_request(
            user=company[username], subject=subject, amount=Decimal(amount), text="用于新同事"
        )

    return submit


def task_of(result: Result) -> HumanTask:
    """The human task that a command opened."""
    (task,) = result.opened
    return HumanTask.objects.get(pk=task)
