"""Two account sets whose rows have the same primary keys and different contents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client

from apps.accountsets.access_keys import issue_access_key
from apps.accountsets.models import AccountSet
from apps.accountsets.routing import in_account_set
from apps.people import services
from apps.people.models import Department, Employee, User

PASSWORD = "Only-4-tests"


@dataclass(frozen=True)
class Twin:
    """One of the two sets: the same user name and ids as in the other, its own names."""

    account_set: AccountSet
    name: str
    user_id: int
    department: str

    @property
    def schema_name(self) -> str:
        return self.account_set.schema_name

    def token(self) -> str:
        return issue_access_key(account_set=self.account_set, user_id=self.user_id, purpose="test")[
            1
        ]


def make_twin(schema_name: str, name: str, department: str) -> Twin:
    with in_account_set(schema_name):
        row = Department.objects.create(pk=1001, name=department, path="/1001/")
        user = User(pk=1001, username="same", display_name=name)
        user.set_password(PASSWORD)
        user.save()
        employee = Employee.objects.create(user=user, department=row)
        services.name_head(department=row, head=employee)
    return Twin(AccountSet.objects.get(schema_name=schema_name), name, user.pk, department)


@pytest.fixture
def twins(request: pytest.FixtureRequest) -> tuple[Twin, Twin]:
    request.getfixturevalue("own_database" if "own_database" in request.fixturenames else "db")
    return make_twin("t_one", "甲", "甲部"), make_twin("t_two", "乙", "乙部")


@pytest.fixture
def client_of(signed_in: Callable[..., Client]) -> Callable[[Twin], Client]:
    return lambda twin: signed_in("same", twin.schema_name)
