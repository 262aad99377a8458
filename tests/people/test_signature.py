"""Signatures: what is taken, what becomes of it, and where it is seen."""

from __future__ import annotations

import base64
import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from apps.core.kinds.registry import kinds
from apps.core.kinds.services import submit_document
from apps.core.printing.pdf import as_pdf
from apps.people.models import Signature
from engine import tasks
from engine.models import HumanTask
from tests.casework import deploy
from tests.contracts.factories import line, make_contract, make_product, rights

pytestmark = pytest.mark.django_db


def picture(form: str = "PNG", size: tuple[int, int] = (900, 300), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, form, **more)
    return out.getvalue()


def upload(client, content: bytes, name: str = "签名.png"):
    file = SimpleUploadedFile(name, content, content_type="image/png")
    return client.post("/account/signature", {"picture": file}, follow=True)


def bomb() -> bytes:
    """A PNG of a few bytes that says it is 60,000 × 60,000."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(head))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + struct.pack(">I", 0)
        + b"IEND\xaeB`\x82"
    )


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_picture_is_fitted_and_made_anew(company, signed_in, form) -> None:
    hidden = b"<script>alert(1)</script>"
    client = signed_in("shanlina")
    answer = upload(client, picture(form) + hidden)
    kept = bytes(Signature.objects.get(user=company["shanlina"]).picture)
    assert hidden not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert (image.format, image.size) == ("PNG", (480, 160))
    assert base64.b64encode(kept).decode() in answer.content.decode()
    upload(client, picture(size=(10, 10)))
    assert Signature.objects.count() == 1
    client.post("/account/signature", {"remove": "1"})
    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html><script>alert(1)</script></html>",
        b"GIF89a" + b"\x00" * 50,
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 200,
        picture()[:200],
        bomb(),
        b"\x00" * (2 * 2**20 + 1),
    ],
    ids=["empty", "svg", "html", "gif", "broken", "cut off", "bomb", "large"],
)
def test_hostile_files_are_refused(company, signed_in, content) -> None:
    answer = upload(signed_in("shanlina"), content)
    assert not Signature.objects.exists()
    (message,) = answer.context["messages"]
    assert message.level_tag == "error"


def test_a_picture_cut_off_is_refused_after_a_pdf_too(company, signed_in) -> None:
    as_pdf("<p>…</p>")  # its library would have Pillow take whatever is there
    upload(signed_in("shanlina"), picture()[:200])
    assert not Signature.objects.exists()


def test_it_is_printed_beside_ones_decisions(company, signed_in) -> None:
    deploy("contract_approval")
    deal = make_contract(line(make_product("PM-1", 100), 1))
    submit_document(kind=kinds["contracts.salescontract"], pk=deal.pk, rights=rights("qiuzhiyuan"))
    upload(signed_in("shanlina"), picture())
    upload(signed_in("qiuzhiyuan"), picture(size=(30, 10)))
    task = HumanTask.objects.get(instance__business_key=deal.business_key)
    tasks.complete(task.pk, user=company["shanlina"].pk, decision="approve")
    address = f"/contracts/sales-contracts/{deal.pk}"
    shown = signed_in("qiuzhiyuan").get(f"{address}/print/").content.decode()
    kept = bytes(Signature.objects.get(user=company["shanlina"]).picture)
    assert shown.count('class="signature"') == 1  # who submitted has decided nothing
    assert base64.b64encode(kept).decode() in shown
    paper = signed_in("qiuzhiyuan").get(f"{address}/pdf/")
    assert b"/Subtype /Image" in paper.content or b"/Subtype/Image" in paper.content
