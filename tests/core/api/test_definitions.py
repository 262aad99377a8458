"""Definitions over HTTP: looking, downloading, deploying."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.core.audit.models import AuditEntry
from apps.core.parameters.parameters import SECOND_PERSON
from apps.core.parameters.services import set_parameter
from engine import definitions
from tests.core.conftest import Api

pytestmark = pytest.mark.django_db

KEY = "general_request"
FILE = "general_request.bpmn"


def deploy(client: Api, **files: bytes):
    uploads = [
        SimpleUploadedFile(name.replace("__", "."), content) for name, content in files.items()
    ]
    return client.post_form("definitions/", {"files": uploads, "note": "test"})


@pytest.fixture
def alone(company) -> None:
    """Whoever brings a diagram deploys it."""
    set_parameter(parameter=SECOND_PERSON, value=False, by=company["admin"])


def shipped() -> bytes:
    return definitions.shipped_files()[FILE]


def test_a_process_is_listed_with_its_versions_and_files(api) -> None:
    client = api("qiuzhiyuan")
    listed = {row["key"]: row["version"] for row in client.get("definitions/").json()}
    assert listed[KEY] == 1
    found = client.get(f"definitions/{KEY}/").json()
    assert found["name"] == "事项申请"
    assert {file["name"] for file in found["files"]} >= {FILE, "approval.bpmn"}
    (version,) = client.get(f"definitions/{KEY}/versions/").json()
    assert version["version"] == 1


def test_a_file_is_given_back_byte_for_byte(api) -> None:
    client = api("qiuzhiyuan")
    files = client.get(f"definitions/{KEY}/versions/1/").json()["files"]
    (file,) = [file for file in files if file["name"] == FILE]
    answer = client.get(file["url"])
    assert answer.content == shipped()
    assert answer["Content-Disposition"] == "attachment"
    assert answer["X-Content-Type-Options"] == "nosniff"
    missing = client.get(f"definitions/{KEY}/versions/1/files/nothing.bpmn/")
    assert missing.status_code == 404


def test_a_process_administrator_deploys_a_changed_diagram(api, alone) -> None:
    changed = shipped().replace("事项生效".encode(), "事项现在生效".encode())
    answer = deploy(api("admin"), general_request__bpmn=changed)
    assert answer.status_code == 201, answer.content
    assert answer.json()["made"] == [{"key": KEY, "version": 2}]
    found = api("admin").get(f"definitions/{KEY}/").json()
    assert (found["version"], found["deployed_by"]["name"]) == (2, "系统管理员")


def test_nobody_else_deploys(api) -> None:
    assert deploy(api("shanlina"), general_request__bpmn=shipped()).status_code == 403


def test_two_files_of_one_name_are_refused(api) -> None:
    uploads = [SimpleUploadedFile(FILE, shipped()) for _number in range(2)]
    answer = api("admin").post_form("definitions/", {"files": uploads})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["files"]


def test_what_the_linter_objects_to_comes_back_with_places(api, alone) -> None:
    broken = shipped().replace(b"requests.take_effect", b"requests.make_coffee")
    answer = deploy(api("admin"), general_request__bpmn=broken)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid_definition")
    (finding,) = problem["findings"]
    assert finding["element"] == "take_effect"
    assert finding["line"] > 1
    assert "requests.make_coffee" in finding["message"]


@pytest.mark.parametrize(
    "content",
    [b"", b"no xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', b"<definitions/>", b"\x00\xff"],
)
def test_what_is_no_diagram_is_refused(api, alone, content: bytes) -> None:
    answer = deploy(api("admin"), x__bpmn=content)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"


def test_a_suspended_process_is_not_started(api, alone) -> None:
    admin = api("admin")
    assert admin.post_form(f"definitions/{KEY}/suspend/").json()["suspended"]
    body = {"subject": "会议", "amount": "5"}
    assert api("qiuzhiyuan").post("requests/", body).json()["code"] == "wrong_state"
    changed = shipped().replace("事项生效".encode(), "事项现在生效".encode())
    assert deploy(admin, general_request__bpmn=changed).status_code == 201
    assert api("qiuzhiyuan").post("requests/", body).json()["code"] == "wrong_state"
    assert not admin.post_form(f"definitions/{KEY}/resume/").json()["suspended"]
    assert api("qiuzhiyuan").post("requests/", body).status_code == 201
    assert admin.post_form("definitions/nothing/suspend/").status_code == 404
    noted = AuditEntry.objects.filter(event__startswith="definition.").order_by("pk")
    assert list(noted.values_list("event", "label")) == [
        ("definition.suspended", KEY),
        ("definition.deployed", KEY),
        ("definition.resumed", KEY),
    ]
