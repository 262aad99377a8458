"""Two entries of a customer become one, with everything that hangs on them."""

from __future__ import annotations

import pytest

from apps.core.audit.models import AuditEntry, Event
from apps.core.kinds.registry import kind_of
from apps.core.kinds.search import search
from apps.sales.customers import services
from apps.sales.duplicates import Basis, find_matches
from apps.sales.models import Collaborator, Contact, Customer, CustomerStage, PricePolicy
from engine.exceptions import Conflict, WrongState
from tests.contracts.factories import line, make_contract, make_customer, make_product, rights
from tests.kinds.factories import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


def merge(source, into, by="shanlina", **given):
    return services.merge_customers(source=source.pk, into=into.pk, rights=rights(by), **given)


def test_everything_hangs_on_the_one_that_stays():
    gone, stays = make_customer("平江路医院"), make_customer("苏州平江路医院", owner="xiexiaomei")
    contract = make_contract(line(make_product(), 1), customer=gone)
    make("sales.contact", customer=gone.pk, name="单志宏", primary="on")
    make("sales.contact", customer=stays.pk, name="曾雅琴", primary="on")
    make("sales.pricepolicy", customer=gone.pk)
    branch = make_customer("分院", parent=gone)
    stays = merge(gone, stays)
    contract.refresh_from_db()
    assert contract.customer == stays
    assert search(type(contract).objects.all(), "苏州平江").get() == contract
    assert {c.name: c.primary for c in stays.contacts.all()} == {"单志宏": False, "曾雅琴": True}
    assert PricePolicy.objects.get().customer == stays
    branch.refresh_from_db()
    assert branch.parent == stays
    assert [c.user.username for c in stays.collaborators.all()] == ["qiuzhiyuan"]
    entry = AuditEntry.objects.get(event=Event.MERGED)
    assert entry.subject == stays.business_key
    assert sum(entry.after.values()) >= 4


def test_nobody_sees_the_other_any_more():
    gone, stays = make_customer("甲医院"), make_customer("乙医院")
    merge(gone, stays)
    everything = kind_of(Customer).queryset(rights("zengguoqiang"))
    assert list(everything) == [stays]
    assert services.touch_customer is not None
    assert services.survivor_of(gone.pk) == stays.pk
    assert services.lock_customer(gone.pk) == stays


def test_what_was_won_stays_won():
    gone, stays = make_customer("甲医院"), make_customer("乙医院")
    services.win_customer(customer_id=gone.pk)
    assert merge(gone, stays).stage == CustomerStage.WON


def test_colleagues_stand_there_once():
    gone, stays = make_customer("甲医院"), make_customer("乙医院")
    for customer in (gone, stays):
        services.share_customer(
            customer_id=customer.pk, user=rights("zhamin").user, rights=rights("shanlina")
        )
    merge(gone, stays)
    assert Collaborator.objects.count() == 1


def test_a_contact_of_the_other_becomes_primary_where_there_was_none():
    gone, stays = make_customer("甲医院"), make_customer("乙医院")
    make("sales.contact", customer=gone.pk, primary="on")
    merge(gone, stays)
    assert Contact.objects.get().primary


def test_what_was_looked_at_is_what_is_merged():
    gone, stays = make_customer("甲医院"), make_customer("乙医院")
    seen = (gone.version, stays.version)
    services.share_customer(
        customer_id=gone.pk, user=rights("zhamin").user, rights=rights("shanlina")
    )
    with pytest.raises(Conflict, match="甲医院"):
        merge(gone, stays, seen_versions=seen)
    merge(gone, stays)
    with pytest.raises(Conflict, match="乙医院"):
        merge(gone, stays)


def test_nothing_alive_is_merged_into_something_closed():
    gone, stays = make_customer("甲医院"), make_customer("乙医院")
    Customer.objects.filter(pk=stays.pk).update(
        stage="dormant", stage_before="in_talk", owner_before=stays.owner_id
    )
    with pytest.raises(WrongState, match="恢复"):
        merge(gone, stays)


def test_what_the_other_was_known_by_leads_to_the_one_that_stays():
    known = {"tax_id": "91990000MA0HX0001P", "phone": "0512-62880001"}
    gone = make("sales.customer", name="平江路医院有限公司", **known)
    stays = make("sales.customer", name="苏州平江医疗集团", tax_id="91990000MA0HX0002T")
    merge(gone, stays)
    stays.phone = stays.phone_e164 = ""
    stays.save()
    for candidate, basis in (
        ({"tax_id": known["tax_id"]}, Basis.TAX_ID),
        ({"phones": [known["phone"]]}, Basis.PHONE),
        ({"name": "平江路医院"}, Basis.NAME),
    ):
        (match,) = find_matches(**candidate)
        assert (match.pk, match.label, match.basis) == (stays.pk, stays.name, basis)
