"""What an approver is told of a document that has come back changed."""

from __future__ import annotations

from io import BytesIO

import pytest

from apps.contracts.models import SalesContract
from apps.core.attachments.services import add_attachment, remove_attachment
from apps.core.kinds.registry import kind_of
from apps.core.kinds.services import save_record, submit_document
from engine.models import HumanTask, TaskState
from tests.casework import deploy
from tests.contracts.factories import line, make_contract, make_product, rights

pytestmark = pytest.mark.django_db

SELLER, HEAD = "qiuzhiyuan", "shanlina"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def attach(contract: SalesContract, name: str):
    return add_attachment(
        business_key=contract.business_key,
        category="other",
        name=name,
        content=BytesIO(PDF),
        rights=rights(SELLER),
    )


def submit(contract: SalesContract) -> HumanTask:
    submit_document(kind=kind_of(SalesContract), pk=contract.pk, rights=rights(SELLER))
    return HumanTask.objects.get(state=TaskState.RESERVED)


@pytest.fixture
def returned(company, signed_in):
    """A contract with two lines, a remark and a file, seen and sent back by the head."""
    deploy("contract_approval")
    kept, left_out = (make_product(code, price=1000) for code in ("UD-820", "PM-202"))
    contract = make_contract(line(kept), line(left_out, 3), by=SELLER, remarks="送货上门")
    file = attach(contract, "报价单.pdf")
    head = signed_in(HEAD)
    task = submit(contract)
    assert not head.get(f"/approvals/{task.pk}/").context["changes"]
    sent = {"decision": "return", "opinion": "去掉监护仪"}
    assert head.post(f"/approvals/{task.pk}/complete", sent).status_code == 302
    return SalesContract.objects.get(pk=contract.pk), file, head


def test_lines_fields_and_files_that_were_taken_out_are_told(returned) -> None:
    contract, file, head = returned
    remove_attachment(pk=file.pk, rights=rights(SELLER))
    attach(contract, "报价单二.pdf")
    contract.remarks = ""
    instalments = list(contract.instalments.all())
    (first, *_rest) = contract.lines.order_by("row")
    save_record(
        kind=kind_of(SalesContract),
        record=contract,
        lines={"lines": [first], "instalments": instalments},
        rights=rights(SELLER),
    )
    shown = head.get(f"/approvals/{submit(contract).pk}/")
    told = dict(shown.context["taken_out"])
    assert told["备注"] == "送货上门"
    assert "PM-202" in told["商品"]
    assert "报价单.pdf" in told["附件"]
    page = shown.content.decode()
    assert '<del class="ld-changed">送货上门</del>' in page
    assert '<ins class="ld-changed">报价单二.pdf</ins>' in page


def test_the_form_says_who_sent_the_document_back_and_why(returned, signed_in) -> None:
    contract, _file, _head = returned
    form = signed_in(SELLER).get(f"/contracts/sales-contracts/{contract.pk}/edit/")
    assert "单丽娜" in form.content.decode() and "去掉监护仪" in form.content.decode()
    submit(contract)
    contract.refresh_from_db()
    page = signed_in(SELLER).get(f"/contracts/sales-contracts/{contract.pk}/edit/")
    assert page.status_code == 409
