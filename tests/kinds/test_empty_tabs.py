"""A tab that has nothing to show says what would, and shows the way on to those who may."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.html import escape

from apps.core.access.actions import Action
from apps.core.access.models import RoleGrant
from apps.core.kinds.addresses import url_of
from apps.core.kinds.registry import kinds
from apps.core.kinds.related import RelatedTab
from apps.sales.customers.services import share_customer
from tests.contracts.factories import rights
from tests.kinds.factories import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]

TABS = [
    pytest.param(key, tab, id=f"{key}-{tab.name}")
    for key in sorted(kinds)
    for tab in kinds[key].tabs
    if issubclass(tab, RelatedTab)
]


@pytest.mark.parametrize(("holder", "tab"), TABS)
def test_it_says_what_to_do_and_where(holder: str, tab: Any, signed_in) -> None:
    record, other = make(holder), kinds[tab.of]
    page = signed_in("qiuzhiyuan").get(url_of(kinds[holder], "page", record.pk), {"tab": tab.name})
    text = page.content.decode()
    assert str(tab.why)
    assert escape(str(tab.why)) in text
    assert (f'href="{url_of(other, "new")}?{tab.by}={record.pk}"' in text) is tab.adds


@pytest.mark.parametrize(
    ("asks", "told"), [("qiuzhiyuan", "ask an administrator"), ("xiexiaomei", "ask 仇志远")]
)
def test_who_may_not_make_one_reads_whom_to_ask(asks: str, told: str, signed_in) -> None:
    record = make("sales.customer", by="qiuzhiyuan")
    if asks != "qiuzhiyuan":
        owner, user = rights("qiuzhiyuan"), rights(asks).user
        share_customer(customer_id=record.pk, user=user, rights=owner)
    RoleGrant.objects.filter(kind="sales.contact", action=Action.ADD).delete()
    client, url = signed_in(asks), url_of(kinds["sales.customer"], "page", record.pk)
    text = client.get(url, {"tab": "contacts"}, headers={"accept-language": "en"}).content.decode()
    assert url_of(kinds["sales.contact"], "new") not in text
    assert told in text
