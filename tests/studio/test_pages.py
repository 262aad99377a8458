"""The studio's pages: what is deployed, and files on their way to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.core.audit.models import AuditEntry, Event
from apps.core.parameters.parameters import SECOND_PERSON
from apps.core.parameters.services import set_parameter
from engine import definitions, files
from engine.models import FileVersion, StoredFile

pytestmark = pytest.mark.django_db

VENDORS = Path(__file__).parents[1] / "engine" / "bpmn" / "vendors"
KEY = "general_request"
CHANGED = "事项现在生效".encode()


def changed() -> bytes:
    """The shipped request, with another name."""
    return definitions.shipped_files()[f"{KEY}.bpmn"].replace("事项生效".encode(), CHANGED)


def upload(client: Client, name: str, content: bytes) -> Any:
    sent = {"file": SimpleUploadedFile(name, content)}
    return client.post("/processes/upload/", sent, follow=True)


@pytest.fixture
def admin(company: dict[str, int], signed_in: Callable[..., Client]) -> Client:
    return signed_in("admin")


@pytest.fixture
def manager(company: dict[str, int], signed_in: Callable[..., Client]) -> Client:
    return signed_in("zengguoqiang")


def stored() -> StoredFile:
    return StoredFile.objects.get()


def test_the_list_tells_of_each_process_its_version_and_where_it_is_from(admin) -> None:
    page = admin.get("/processes/")
    rows = {row["row"].key: row for row in page.context["processes"]}
    request = rows[KEY]
    assert (request["label"], request["running"], request["changed"]) == ("事项申请", 0, False)
    assert "还没有存放的文件" in page.content.decode()


def test_a_definition_shows_its_versions_outline_and_gives_its_files_back(admin) -> None:
    page = admin.get(f"/processes/definitions/{KEY}/")
    assert page.context["parts"][0].label == "事项申请"
    (file,) = [f["row"] for f in page.context["files"] if f["row"].name == f"{KEY}.bpmn"]
    answer = admin.get(f"/processes/resources/{file.pk}/original/")
    assert answer.content == definitions.shipped_files()[f"{KEY}.bpmn"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "attachment" in answer["Content-Disposition"]
    assert b"BPMNShape" in admin.get(page.context["drawing"]).content
    (table,) = [f["row"] for f in page.context["files"] if f["table"]]
    assert admin.get(f"/processes/resources/{table.pk}/table/").context["sheet"].rows
    assert admin.get(f"/processes/definitions/{KEY}/1/").status_code == 200
    assert admin.get(f"/processes/definitions/{KEY}/9/").status_code == 404
    assert admin.get(f"/processes/resources/{file.pk}/table/").status_code == 404


@pytest.mark.parametrize("name", ["camunda7.bpmn", "camunda8.bpmn", "adonis.bpmn"])
def test_a_file_that_cannot_run_is_stored_explained_and_drawn(admin, name: str) -> None:
    content = (VENDORS / name).read_bytes()
    page = upload(admin, name, content)
    assert page.status_code == 200
    assert page.context["runs"] is False
    said = page.content.decode()
    assert "需您决定" in said
    assert "暂不能运行" in said
    file = stored()
    assert admin.get(f"/processes/files/{file.pk}/1/original/").content == content
    drawing = admin.get(page.context["drawing"]).content
    assert b"BPMNShape" in drawing
    assert set(page.context["verdicts"].values()) > {"runs", "decision"}


def test_findings_are_told_in_the_language_of_the_reader(admin) -> None:
    upload(admin, "a.bpmn", (VENDORS / "flowable.bpmn20.xml").read_bytes())
    address = f"/processes/files/{stored().pk}/"
    chinese = admin.get(address).content.decode()
    assert "需您决定" in chinese
    assert "needs your decision" not in chinese
    admin.post("/language/", {"language": "en"})
    english = admin.get(address)
    assert "needs your decision" in english.content.decode()
    assert english.context["lacking"][0].place.line


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.bpmn", b"<a>\n<b>\n</a>", "第 3 行"),
        ("a.bpmn", b"<!DOCTYPE a><a/>", "DOCTYPE"),
        ("a.png", b"\x89PNG", "a.png"),
        ("a.bpmn", b" " * (2 * 1024**2 + 1), "2 MB"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_the_reason(admin, name, content, said) -> None:
    page = upload(admin, name, content)
    assert page.status_code == 422
    assert said in page.context["problem"]
    assert not StoredFile.objects.exists()


def test_repairs_make_versions_and_can_be_taken_back(admin) -> None:
    content = (VENDORS / "camunda7.bpmn").read_bytes()
    page = upload(admin, "a.bpmn", content)
    file, repairs = stored(), page.context["repairs"]
    spots = [
        spot for one in page.context["lacking"] for found, spot in one.findings if found.repair
    ]
    assert len(spots) == repairs > 2
    repair = f"/processes/files/{file.pk}/repair/"
    one = admin.post(repair, {"seen": 1, "spot": spots[0]}, follow=True)
    assert one.context["repairs"] == repairs - 1
    every = admin.post(repair, {"seen": 2}, follow=True)
    assert every.context["repairs"] == 0
    assert admin.post(repair, {"seen": 2}).status_code == 409  # somebody was faster
    assert admin.post(repair, {"seen": 3, "spot": "no spot"}).status_code in (409, 422)
    back = {"seen": 3, "number": 1}
    last = admin.post(f"/processes/files/{file.pk}/restore/", back, follow=True)
    assert last.context["repairs"] == repairs
    assert bytes(files.find(file.pk).content) == content
    assert FileVersion.objects.count() == 4
    old = admin.get(f"/processes/files/{file.pk}/2/")
    assert not old.context["may_add"]


def test_a_second_person_deploys_what_runs(admin, manager) -> None:
    upload(admin, f"{KEY}.bpmn", changed())
    file = stored()
    deploy, seen = f"/processes/files/{file.pk}/deploy/", {"seen": 1}
    own = admin.get(f"/processes/files/{file.pk}/")
    assert own.context["own"]
    assert deploy not in own.content.decode()
    assert admin.post(deploy, seen).status_code == 403
    assert deploy in manager.get(f"/processes/files/{file.pk}/").content.decode()
    page = manager.post(deploy, seen, follow=True)
    assert page.redirect_chain[-1][0] == f"/processes/definitions/{KEY}/"
    assert page.context["found"].version == 2
    assert page.context["changed"]
    assert AuditEntry.objects.filter(event=Event.DEPLOYED).count() == 1
    assert manager.post(deploy, seen).status_code == 409
    listed = {row["row"].key: row for row in manager.get("/processes/").context["processes"]}
    assert listed[KEY]["by"] == "曾国强"


def test_what_does_not_run_is_never_deployed(admin, manager) -> None:
    upload(admin, "a.bpmn", (VENDORS / "camunda7.bpmn").read_bytes())
    file = stored()
    deploy = f"/processes/files/{file.pk}/deploy/"
    assert deploy not in manager.get(f"/processes/files/{file.pk}/").content.decode()
    page = manager.post(deploy, {"seen": 1})
    assert page.status_code == 422
    assert page.context["problem"]
    assert not files.find(file.pk).deployment_id


def test_an_account_set_may_do_without_a_second_person(admin, company) -> None:
    set_parameter(parameter=SECOND_PERSON, value=False, by=company["admin"])
    upload(admin, f"{KEY}.bpmn", changed())
    page = admin.post(f"/processes/files/{stored().pk}/deploy/", {"seen": 1}, follow=True)
    assert page.context["found"].version == 2


def test_a_decision_table_is_shown_and_deployed(admin, manager) -> None:
    shipped = definitions.shipped_files()["general_request_matrix.dmn"]
    content = shipped.replace(b"100000", b"120000")
    assert content != shipped
    page = upload(admin, "general_request_matrix.dmn", content)
    assert page.context["sheet"].rows
    manager.post(f"/processes/files/{stored().pk}/deploy/", {"seen": 1})
    assert files.find(stored().pk).deployment_id
    assert definitions.newest_resources().get(key=page.context["file"].key).checksum


def test_texts_of_a_hostile_diagram_stay_texts(admin) -> None:
    hostile = "&lt;script&gt;alert(1)&lt;/script&gt;"
    content = (VENDORS / "bizagi.bpmn").read_text().replace("填写请假单", hostile)
    page = upload(admin, "<b>.bpmn", content.encode())
    assert "<script>alert" not in page.content.decode()
    assert admin.get("/processes/").status_code == 200


def test_whoever_may_only_look_is_offered_nothing_else(manager, admin) -> None:
    upload(admin, "a.bpmn", (VENDORS / "camunda7.bpmn").read_bytes())
    page = manager.get(f"/processes/files/{stored().pk}/")
    assert not page.context["may_add"]
    assert "/repair/" not in page.content.decode()
    assert upload(manager, "b.bpmn", changed()).status_code == 403


def test_pages_stay_within_the_questions_that_a_page_may_ask(
    admin, django_assert_max_num_queries
) -> None:
    upload(admin, "a.bpmn", (VENDORS / "camunda8.bpmn").read_bytes())
    for address in (
        "/processes/",
        f"/processes/definitions/{KEY}/",
        f"/processes/files/{stored().pk}/",
    ):
        with django_assert_max_num_queries(15):
            assert admin.get(address).status_code == 200
