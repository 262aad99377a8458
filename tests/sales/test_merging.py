"""Two entries of a customer become one, with everything that hangs on them."""

from __future__ import annotations

import io

import pytest

from apps.core.attachments.services import add_attachment
from apps.core.audit.models import AuditEntry, Event
from apps.core.kinds.registry import kind_of
from apps.core.kinds.search import search
from apps.core.links.services import link_documents, trace
from apps.sales.customers import services
from apps.sales.customers.story import story_of
from apps.sales.duplicates import Basis, find_matches
from apps.sales.models import Collaborator, Contact, Customer, CustomerStage, Lead, PricePolicy
from engine import instances
from engine.exceptions import Conflict, WrongState
from engine.models import ProcessInstance
from tests.casework import deploy_drawn, registered
from tests.contracts.factories import line, make_contract, make_customer, make_product, rights
from tests.engine.bpmn.diagrams import line_of, user
from tests.kinds.factories import make

__all__ = ["registered"]
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


def test_files_work_links_and_a_case_under_way_go_along(company, settings, tmp_path, registered):
    settings.MEDIA_ROOT = str(tmp_path)
    gone, stays = make_customer("甲医院"), make_customer("乙医院")
    about = {"customer": gone.pk}
    kept = [
        make(f"sales.{kind}", **about)
        for kind in ("salesactivity", "opportunity", "presalesrequest")
    ]
    lead = make("sales.lead")
    Lead.objects.filter(pk=lead.pk).update(customer=gone, state="converted", promotion_key="1:a")
    link_documents(source=lead.business_key, target=gone.business_key, by=None)
    file = add_attachment(
        business_key=gone.business_key,
        category="other",
        name="资质.pdf",
        content=io.BytesIO(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"),
        rights=rights("qiuzhiyuan"),
    )
    registered.form("demo.form")
    deploy_drawn(line_of(user(candidateGroups=None, assignee="initiator")))
    case = instances.start(
        "process",
        business_key=gone.business_key,
        variables={"initiator": gone.owner_id},
        starter=gone.owner_id,
    )
    stays = merge(gone, stays)
    for row in (*kept, lead):
        row.refresh_from_db()
        assert row.customer == stays
    file.refresh_from_db()
    assert file.business_key == stays.business_key
    assert [each.business_key for each in trace(lead.business_key)][-1] == stays.business_key
    assert ProcessInstance.objects.get(pk=case.instance).business_key == stays.business_key


def test_the_story_tells_what_was_done_with_the_other_one():
    gone, stays = make_customer("甲医院"), make_customer("乙医院")
    services.share_customer(
        customer_id=gone.pk, user=rights("zhamin").user, rights=rights("shanlina")
    )
    services.transfer_customer(
        customer_id=gone.pk, to=rights("xiexiaomei").user, rights=rights("shanlina")
    )
    said = [episode.what for episode in story_of(merge(gone, stays))]
    of_the_other = [what for what in said if what.startswith("甲医院：")]
    assert len(of_the_other) == 2
    assert "解晓梅" in of_the_other[0]
    assert "查敏" in of_the_other[1]
    assert len(said) == 4  # merged, and made


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
