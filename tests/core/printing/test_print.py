"""Documents on paper: the page that the browser prints, and the PDF."""

from __future__ import annotations

import re
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest
from django.utils import timezone

from apps.contracts.models import SalesContract
from apps.core.access.models import RoleGrant
from apps.core.printing import pdf
from apps.people.models import User
from engine.models import Decision
from tests.casework import deploy
from tests.contracts.amending import approve
from tests.contracts.factories import instalment, line, make_contract, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(company) -> SalesContract:
    return make_contract(
        line(make_product("UD-820", 1000, name="彩超主机（郴州）"), 3),
        line(make_product("XJ-1", 99, reference_cost=77), 2),
        remarks="<script>alert(1)</script>",
    )


def address(deal: SalesContract, page: str = "print") -> str:
    return f"/contracts/sales-contracts/{deal.pk}/{page}/"


def test_the_page_has_header_lines_amount_in_words_and_no_foreign_markup(deal, signed_in) -> None:
    page = signed_in("qiuzhiyuan").get(address(deal)).content.decode()
    assert deal.number in page
    assert "彩超主机（郴州）" in page
    assert "¥3,198.00" in page
    assert "叁仟壹佰玖拾捌元整" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_days_are_printed_with_their_year(company, signed_in) -> None:
    today = timezone.localdate()
    deal = make_contract(
        line(make_product("UD-820", 1000), 3),
        instalments=[instalment(100, rule="date", due_on=today)],
    )
    page = signed_in("qiuzhiyuan").get(address(deal)).content.decode()
    assert f">{today:%Y-%m-%d}<" in page


def test_the_page_needs_the_right_and_the_row(deal, signed_in) -> None:
    assert signed_in("xiexiaomei").get(address(deal)).status_code == 404
    RoleGrant.objects.filter(kind="contracts.salescontract", action="print").delete()
    assert signed_in("qiuzhiyuan").get(address(deal)).status_code == 403
    assert signed_in("qiuzhiyuan").get(address(deal, "pdf")).status_code == 403


def test_costs_are_printed_only_for_those_who_may_see_them(deal, signed_in) -> None:
    client = signed_in("qiuzhiyuan")
    client.cookies["django_language"] = "en"
    assert "Margin" not in client.get(address(deal)).content.decode()


def test_the_pdf_says_the_same_in_its_own_font(deal, signed_in, tmp_path: Path) -> None:
    answer = signed_in("qiuzhiyuan").get(address(deal, "pdf"))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer.content.startswith(b"%PDF-")
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", answer.content, re.DOTALL)
    said = b"".join(zlib.decompressobj().decompress(stream) for stream in streams[:-1])
    assert re.search(rb"/BaseFont /[A-Z]{6}\+Paper", said + answer.content)
    if shutil.which("pdftotext"):
        file = tmp_path / "a.pdf"
        file.write_bytes(answer.content)
        text = subprocess.check_output(["pdftotext", "-layout", file, "-"], text=True)
        assert "叁仟壹佰玖拾捌元整" in text
        assert "彩超主机（郴州）" in text


def characters(content: bytes) -> set[str]:
    """What the fonts of a PDF say their glyphs mean."""
    found = set()
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            said = zlib.decompress(stream)
        except zlib.error:
            said = stream
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", said, re.DOTALL):
            codes = re.findall(rb"<[0-9a-fA-F]+>\s*<([0-9a-fA-F]{4})>", block)
            found |= {chr(int(code, 16)) for code in codes}
    return found


def test_the_trail_is_on_the_page_and_in_the_pdf(deal, signed_in) -> None:
    deploy("contract_approval")
    client, opinion = (
        signed_in("qiuzhiyuan"),
        set("因为"),
    )  # that of all approvers, said nowhere else
    assert not opinion & characters(client.get(address(deal, "pdf")).content)
    approve(deal)
    page = client.get(address(deal)).content.decode()
    lines = re.findall(r"<tr>(.*?)</tr>", page.partition('class="lines trail"')[2], re.DOTALL)
    decided = Decision.objects.filter(task__instance__business_key=deal.business_key)
    names = {str(User.objects.get(pk=one.user)) for one in decided}
    assert names
    assert all(any(name in line and "因为" in line for line in lines) for name in names)
    assert opinion | set("".join(names)) <= characters(client.get(address(deal, "pdf")).content)


def test_without_pango_the_page_says_what_to_install(deal, signed_in, monkeypatch) -> None:
    monkeypatch.setattr(pdf, "_library", lambda: None)
    answer = signed_in("qiuzhiyuan").get(address(deal, "pdf"), follow=True)
    assert "libpango" in answer.content.decode()
    assert deal.number in answer.content.decode()


def test_a_pdf_reads_nothing_of_the_disk_or_the_network(tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>secret</text></svg>')
    with_image = pdf.as_pdf(f'<p>x</p><img src="{secret.as_uri()}">')
    assert len(with_image) < len(pdf.as_pdf("<p>x</p>")) + 300
