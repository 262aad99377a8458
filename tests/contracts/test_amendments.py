"""Amendments: a contract in force is changed by a version that is approved in its turn."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.contracts import rules, services
from apps.contracts.measures import contract_amount
from apps.contracts.models import SalesContract
from apps.core.access.models import RoleGrant
from apps.core.attachments.services import add_attachment
from apps.core.kinds.addresses import url_of
from apps.core.kinds.registry import kind_of, kinds
from apps.core.kinds.services import delete_record, hand_over_records, void_document
from apps.core.kinds.unapproval import unapprove_document
from apps.core.links.services import link_documents, trace
from apps.sales.crediting import of_each_person
from apps.sales.models import CustomerStage
from engine import instances
from engine.exceptions import Conflict, InvalidData, NotAllowed, NotFound, WrongState
from engine.models import HumanTask, TrailEntry
from tests.casework import deploy
from tests.contracts.amending import (
    SELLER,
    amend,
    approve,
    decide,
    fresh,
    in_force,
    reprice,
    submit,
)
from tests.contracts.factories import (
    instalment,
    line,
    make_customer,
    make_product,
    rights,
    save_contract,
)
from tests.core.attachments.conftest import PDF
from tests.kinds.factories import make

pytestmark = pytest.mark.django_db

KIND = kinds["contracts.salescontract"]
PAGE_QUERIES = 15


@pytest.fixture
def contract(company):
    """In force, ¥1,000."""
    deploy("contract_approval", "document_unapproval")
    return in_force()


def shown(client) -> list[int]:
    """What the list of contracts shows."""
    return [row.row.pk for row in client.get(url_of(KIND, "list")).context["rows"]]


# --- beginning ------------------------------------------------------------------------------------
def test_an_amendment_begins_as_what_is_in_force(contract, signed_in):
    file = add_attachment(
        business_key=contract.business_key,
        category="contract",
        name="合同扫描件.pdf",
        content=io.BytesIO(PDF),
        rights=rights(SELLER),
    )
    answer = signed_in(SELLER).post(f"{url_of(KIND, 'page', contract.pk)}amend/")
    new = SalesContract.objects.get(amends=contract)
    assert answer.url == url_of(KIND, "edit", new.pk)
    assert (new.number, new.revision, str(new)) == (contract.number, 2, f"{contract.number} V2")
    assert (new.state, new.approved_at, new.owner_id) == ("draft", None, contract.owner_id)
    for name in ("name", "customer_id", "date", "signed_on", "gross", "net", "cost"):
        assert getattr(new, name) == getattr(contract, name), name
    rows = [(r.product_id, r.price, r.total) for r in contract.lines.all()]
    assert [(r.product_id, r.price, r.total) for r in new.lines.all()] == rows
    assert [i.amount for i in new.instalments.all()] == [300, 650, 50]
    assert {i.open_since for i in new.instalments.all()} == {None}
    assert (fresh(contract).state, fresh(contract).amendment) == ("approved", "draft")
    files = signed_in(SELLER).get(f"{url_of(KIND, 'page', new.pk)}?tab=attachments")
    assert file.name in files.content.decode()
    assert f"{file.pk}/remove" not in files.content.decode()  # it is the version's in force


def test_only_what_is_in_force_is_amended_once_at_a_time(contract):
    new = amend(contract)
    with pytest.raises(Conflict, match="V2"):
        amend(contract)
    with pytest.raises(WrongState):
        amend(new)
    delete_record(kind=KIND, pk=new.pk, rights=rights(SELLER))
    assert fresh(contract).amendment == ""
    assert amend(contract).revision == 2


def test_it_needs_its_right_and_scope(contract, signed_in):
    door = f"{url_of(KIND, 'page', contract.pk)}amend/"
    assert signed_in("xiexiaomei").post(door).status_code == 404
    RoleGrant.objects.filter(kind=KIND.key, action="amend").delete()
    with pytest.raises(NotAllowed):
        amend(contract)
    client = signed_in(SELLER)
    assert client.post(door).status_code == 403
    assert "amend/" not in client.get(url_of(KIND, "page", contract.pk)).content.decode()
    assert not SalesContract.objects.filter(amends=contract).exists()


# --- taking effect --------------------------------------------------------------------------------
def test_it_takes_the_place_of_the_version_in_force(contract):
    opportunity = make("sales.opportunity")
    link_documents(source=opportunity.business_key, target=contract.business_key, by=None)
    new = reprice(amend(contract), 1200)
    assert (fresh(contract).gross, new.gross) == (1000, 1200)
    case = approve(new)
    old, new = fresh(contract), fresh(new)
    assert (old.state, old.amendment, new.state) == ("superseded", "", "approved")
    assert (old.gross, old.approved_at) == (1000, contract.approved_at)
    chain = [each.business_key for each in trace(opportunity.business_key)]
    assert chain == [opportunity.business_key, new.business_key]
    notes = TrailEntry.objects.filter(instance=case, event="note")
    said = [one.data["text"] % one.data for one in notes]
    assert said[-1] == f"{new} takes the place of V1: ¥1,000.00 → ¥1,200.00."
    third = amend(new)
    assert (third.revision, third.amends_id) == (3, new.pk)


@pytest.mark.parametrize("state", ["draft", "submitted", "approved"])
def test_no_figure_counts_two_versions(contract, signed_in, state):
    new = reprice(amend(contract), 1200)
    if state == "submitted":
        submit(new)
    elif state == "approved":
        approve(new)
    counts, amount = (new, 1200) if state == "approved" else (contract, 1000)
    customer, owner, today = contract.customer, contract.owner_id, timezone.localdate()
    days = (contract.signed_on, today)
    assert of_each_person(contract_amount(*days, [owner])) == {owner: amount}
    seen = KIND.listed(rights(SELLER))
    assert list(seen.values_list("pk", flat=True)) == [counts.pk]
    force = seen.filter(state="approved")
    assert services.payments_of(force, today=today)[:3] == (1, amount, amount)
    assert list(services.open_contracts(customer.pk)) == [fresh(counts)]
    other = new if state == "approved" else contract
    assert services.outstanding(customer.pk, besides=other) == 0
    assert services.over_credit(other) is False
    customer.credit_limit = 1300
    customer.save()
    assert services.over_credit(fresh(new)) is False  # 1,200, and not 2,200
    client = signed_in(SELLER)
    assert shown(client) == [counts.pk]
    listed = client.get("/api/v1/contracts/sales-contracts/", {"q": contract.number}).json()
    assert [row["id"] for row in listed["results"]] == [counts.pk]
    tab = client.get(f"{url_of(kind_of(customer), 'page', customer.pk)}?tab=contracts")
    assert tab.content.decode().count(contract.number) == 2  # once in the table, once on a phone
    found = client.get("/search/", {"q": contract.number}).content.decode()
    assert url_of(KIND, "page", counts.pk) in found
    others = {contract.pk, new.pk} - {counts.pk}
    assert not any(url_of(KIND, "page", pk) in found for pk in others)


def test_it_is_approved_by_the_same_matrix(contract):
    case = submit(reprice(amend(contract), 600000))
    asked = 0
    while decide(case, "approve"):
        asked += 1
    assert asked == 3


@pytest.mark.parametrize("end", ["rejected", "withdrawn", "void"])
def test_what_comes_to_nothing_leaves_the_version_in_force(contract, end):
    before = SalesContract.objects.filter(pk=contract.pk).values().get()
    schedule = list(contract.instalments.values())
    new = reprice(amend(contract), 1200)
    case = submit(new)
    assert fresh(contract).amendment == "submitted"
    if end == "rejected":
        decide(case, "reject")
    else:
        instances.withdraw(case, user=contract.owner_id)
        assert fresh(contract).amendment == "draft"
    if end == "void":
        void_document(kind=KIND, pk=new.pk, rights=rights(SELLER), reason="客户取消")
    if end == "withdrawn":
        before["amendment"] = "draft"
    assert SalesContract.objects.filter(pk=contract.pk).values().get() == before
    assert list(contract.instalments.values()) == schedule
    assert [c.pk for c in KIND.listed(rights(SELLER))] == [contract.pk]
    if end != "withdrawn":
        assert amend(contract).revision == 3  # a revision is never given again


def test_un_approval_brings_the_version_before_back(contract):
    new = reprice(amend(contract), 1200)
    with pytest.raises(WrongState) as refused:
        unapprove_document(kind=KIND, pk=contract.pk, rights=rights("zhoumin"), reason="错")
    assert refused.value.data["blockers"] == [new.business_key]
    approve(new)
    with pytest.raises(WrongState):
        unapprove_document(kind=KIND, pk=contract.pk, rights=rights("zhoumin"), reason="错")
    unapprove_document(kind=KIND, pk=new.pk, rights=rights("zhoumin"), reason="错")
    old = fresh(contract)
    assert (old.state, old.amendment, fresh(new).state) == ("approved", "draft", "draft")
    assert (old.effective_on, fresh(new).effective_on) == (contract.effective_on,) * 2
    assert services.outstanding(old.customer_id) == 1000
    old.customer.refresh_from_db()
    assert old.customer.stage == CustomerStage.WON
    approve(new)
    assert fresh(new).state == "approved"


def test_all_versions_are_handed_over_together(contract, company):
    approve(amend(contract))
    latest = SalesContract.objects.get(state="approved")
    draft = amend(latest)
    to = company["xiexiaomei"].pk
    hand_over_records(kind=KIND, pks=[latest.pk], to=to, rights=rights("shanlina"))
    assert {fresh(one).owner_id for one in (contract, latest, draft)} == {to}


def test_it_is_agreed_with_the_same_customer(contract):
    new = reprice(amend(contract), 1200, customer=make_customer("另一家医院"))
    assert list(rules.problems(new)) == ["customer"]


# --- the payment schedule -------------------------------------------------------------------------
def test_what_was_due_keeps_its_sum_and_the_rest_takes_the_difference(contract):
    new = reprice(amend(contract), 1200)
    assert [i.amount for i in new.instalments.all()] == [
        300,
        Decimal("835.71"),
        Decimal("64.29"),
    ]
    assert new.payment_label == contract.payment_label == "3-6.5-0.5"  # as it was agreed
    again = reprice(new, 1200)
    assert [i.amount for i in again.instalments.all()] == [300, Decimal("835.71"), Decimal("64.29")]
    approve(new)
    waits = dict(contract.instalments.values_list("pk", "open_since"))
    assert {i.open_since for i in new.instalments.all()} == set(waits.values())
    assert [i.amount for i in contract.instalments.all()] == [300, 650, 50]
    _count, _gross, unpaid, overdue = services.payments_of(
        SalesContract.objects.filter(state="approved"), today=timezone.localdate()
    )
    assert (unpaid, overdue) == (1200, 300)


def test_what_has_been_paid_stays_paid(contract):
    first, *_others = contract.instalments.all()
    type(first).objects.filter(pk=first.pk).update(open_since=None)
    new = reprice(amend(contract), 1200)
    assert new.instalments.first().amount == 300
    approve(new)
    assert [i.open_since is None for i in new.instalments.all()] == [True, False, False]
    assert services.arrears(new) == 0


def test_what_was_due_can_neither_be_changed_nor_left_out(contract):
    new = amend(contract)
    first, second, third = new.instalments.all()
    first.amount, first.percent, first.by_amount = 1, None, True
    save_contract(new, new.lines.all(), [first, second, third])
    assert [i.amount for i in new.instalments.all()] == [300, 650, 50]
    save_contract(new, new.lines.all(), [instalment(100)])
    (said,) = rules.problems(fresh(new))["instalments"]
    assert "预付款" in said
    assert "¥300.00" in said
    with pytest.raises(InvalidData):
        submit(new)


def test_the_form_shows_what_was_due_as_settled_and_says_what_the_difference_needs(
    contract, signed_in
):
    new = amend(contract)
    page = signed_in(SELLER).get(url_of(KIND, "edit", new.pk))
    _lines, grid = page.context["editor"].grids
    first, second, *_rest = grid.rows
    assert all(first.fields[name].disabled for name in ("percent", "amount"))
    assert not any(second.fields[name].disabled for name in ("percent", "amount"))
    assert page.content.decode().count(str(first.note)) == 1
    assert not second.note
    contract.instalments.update(due_on=timezone.localdate())
    new = reprice(fresh(new), 1200)
    (said,) = rules.problems(new)["instalments"]
    assert "¥200.00" in said
    assert "另加一期" in said


def test_a_contract_can_not_become_less_than_what_was_due(contract):
    new = reprice(amend(contract), 200)
    assert "instalments" in rules.problems(new)
    new = reprice(new, 300)
    approve(new)
    assert fresh(new).state == "approved"


def test_the_difference_may_be_a_new_instalment(contract):
    new = amend(contract)
    rows = list(new.instalments.all())
    for row in rows:
        row.by_amount = True
    due_on = timezone.localdate() + timedelta(90)
    rows.append(instalment(amount=200, label="增补款", rule="date", due_on=due_on))
    (row,) = new.lines.all()
    row.offer, row.basis = 1200, "typed"
    save_contract(new, [row], rows)
    approve(new)
    waiting = fresh(new).instalments.filter(open_since__isnull=False)
    assert [i.amount for i in waiting] == [300, 650, 50, 200]


# --- what is seen ---------------------------------------------------------------------------------
def test_the_page_shows_what_is_in_force_with_its_amendment(contract, signed_in):
    new = reprice(amend(contract), 1200)
    submit(new)
    client, page = signed_in(SELLER), url_of(KIND, "page", contract.pk)
    client.get(page)
    with CaptureQueriesContext(connection) as caught:
        answer = client.get(page)
    assert len(caught) <= PAGE_QUERIES, "\n".join(q["sql"][:110] for q in caught)
    strip = answer.context["strip"]
    assert (strip.role, strip.version, strip.amount) == (
        "amendment",
        new,
        "¥1,000.00 → ¥1,200.00",
    )
    assert [one.names for one in strip.waiting_for] == ["单丽娜"]
    texts = [badge.text for badge in answer.context["badges"]]
    assert texts == ["V1 生效中", "变更待审"]
    assert answer.context["sheet"].amount.cell.text == "¥1,000.00"
    (row,) = client.get(url_of(KIND, "list")).context["rows"]
    assert row.drawing.state.text == "变更待审"  # what a phone shows of it
    with CaptureQueriesContext(connection) as caught:
        answer = client.get(url_of(KIND, "page", new.pk))
    assert len(caught) <= PAGE_QUERIES, "\n".join(q["sql"][:110] for q in caught)
    assert (answer.context["strip"].role, answer.context["strip"].version) == ("amended", contract)


def test_a_superseded_version_stays_readable_and_leads_on(contract, signed_in):
    new = reprice(amend(contract), 1200)
    approve(new)
    client = signed_in(SELLER)
    old = client.get(url_of(KIND, "page", contract.pk))
    assert (old.context["strip"].role, old.context["strip"].version) == ("successor", new)
    assert old.context["sheet"].amount.cell.text == "¥1,000.00"
    assert [badge.text for badge in old.context["badges"]] == ["已被取代"]
    assert not {"change", "amend", "unapprove", "submit"} & old.context["can"]
    tab = client.get(f"{url_of(KIND, 'page', new.pk)}?tab=versions")
    assert [version.revision for version, *_rest in tab.context["versions"]] == [2, 1]
    changed = [(one.before, one.after) for one in tab.context["changes"]]
    assert ("¥650.00", "¥835.71") in changed  # the difference of the instalments, too
    for version, number in ((contract, contract.number), (new, f"{new.number} V2")):
        printed = client.get(f"{url_of(KIND, 'page', version.pk)}print/").content.decode()
        assert f"<span>{number}\u3000" in printed
    assert client.get(url_of(KIND, "page", new.pk)).context["strip"] is None


def test_approvers_see_what_differs(contract, company, signed_in):
    new = amend(contract)
    (row,) = new.lines.all()
    row.quantity = 2
    new.delivery_place = "苏州市姑苏区"
    save_contract(new, [row, line(make_product("EC-102", price=500))], list(new.instalments.all()))
    case = submit(new)
    task = HumanTask.objects.filter(instance=case).latest("pk")
    page = signed_in("shanlina").get(f"/approvals/{task.pk}/").content.decode()
    assert "本版变更内容" in page
    own = signed_in(SELLER).get(url_of(KIND, "page", new.pk)).content.decode()
    for text in (page, own):
        for said in (
            "苏州市姑苏区",
            "<del>¥1,000.00</del>",
            "第 2 行",
        ):
            assert said in text, said
    # Whoever is asked about a version reads the one before, too, whatever their scope.
    RoleGrant.objects.all().delete()
    assert KIND.find(rights("shanlina"), contract.pk) == contract
    with pytest.raises(NotFound):
        KIND.find(rights("xiexiaomei"), contract.pk)


def test_programs_amend_by_rest(contract, signed_in):
    client, root = signed_in(SELLER), "/api/v1/contracts/sales-contracts/"
    answer = client.post(f"{root}{contract.pk}/amend/", {}, content_type="application/json")
    assert answer.status_code == 201, answer.json()
    made = answer.json()
    assert (made["revision"], made["amends"], made["state"]) == (2, contract.pk, "draft")
    assert client.get(f"{root}{contract.pk}/").json()["amendment"] == "draft"
    again = client.post(f"{root}{contract.pk}/amend/", {}, content_type="application/json")
    assert again.status_code == 409
