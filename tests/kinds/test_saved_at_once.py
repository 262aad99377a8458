"""Two save what may be there once: the database has the last word, and it is put into words."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection, transaction

from apps.core.kinds.registry import kinds
from apps.core.kinds.services import save_record
from apps.sales.models import Contact
from config.services.processes import wait_until
from engine.exceptions import WrongState
from tests.engine.races.racing import SECONDS, waiting
from tests.kinds.factories import all_rights, make

pytestmark = pytest.mark.usefixtures("own_database", "company")
CONTACT = kinds["sales.contact"]


def name_primary(contact: Contact) -> Contact:
    contact.primary = True
    return save_record(kind=CONTACT, record=contact, lines={}, rights=all_rights("shanlina"))


def in_a_thread(act) -> None:
    connection.set_schema("t_one")
    try:
        act()
    finally:
        connection.close()


def test_two_contacts_become_the_primary_one_at_the_same_moment() -> None:
    customer = make("sales.customer", name="苏州平江路医院")
    first, *others = (
        make("sales.contact", customer=customer.pk, name=name) for name in ("甲", "乙", "丙")
    )
    assert [contact.primary for contact in (first, *others)] == [True, False, False]
    Contact.objects.filter(pk=first.pk).update(primary=False)  # nobody's row makes them wait

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            name_primary(others[0])
            slower: Future[None] = pool.submit(in_a_thread, partial(name_primary, others[1]))
            assert wait_until(lambda: waiting() == 1, SECONDS)
        with pytest.raises(WrongState, match=r"客户、.+相同的“联系人”"):
            slower.result(SECONDS)
    assert Contact.objects.get(primary=True) == others[0]

    name_primary(Contact.objects.get(pk=others[1].pk))
    assert Contact.objects.get(primary=True) == others[1]
