"""Stored files over HTTP: the same rules as on the pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from engine import definitions
from engine.models import Deployment
from tests.core.conftest import Api

pytestmark = pytest.mark.django_db

CAMUNDA = (Path(__file__).parents[2] / "engine/bpmn/vendors/camunda7.bpmn").read_bytes()


def store(client: Api, content: bytes, name: str = "invoice.bpmn") -> Any:
    return client.post_form("files/", {"file": SimpleUploadedFile(name, content)})


def test_a_file_is_stored_judged_and_repaired(api) -> None:
    client = api("admin")
    made = store(client, CAMUNDA)
    assert made.status_code == 201, made.content
    found = made.json()
    assert (found["version"], found["runs"], found["title"]) == (1, False, "Invoice Receipt")
    assert {one["verdict"] for one in found["findings"]} > {"repair", "decision"}
    mended = client.post(f"files/{found['id']}/repair/", {"seen": 1}).json()
    assert (mended["version"], mended["origin"]) == (2, "repaired")
    assert not [one for one in mended["findings"] if one["repair"]]
    assert client.post(f"files/{found['id']}/repair/", {"seen": 1}).status_code == 409
    assert client.get(f"files/{found['id']}/versions/1/original/").content == CAMUNDA
    (listed,) = client.get("files/").json()
    assert (listed["id"], listed["version"]) == (found["id"], 2)
    assert client.get("files/999999/").status_code == 404


def test_what_cannot_be_read_comes_back_with_its_line(api) -> None:
    answer = store(api("admin"), b"<a>\n<b></a>")
    assert (answer.status_code, answer.json()["line"]) == (422, 2)


def test_a_second_person_deploys(api) -> None:
    shipped = definitions.shipped_files()
    definitions.deploy(shipped, source=Deployment.Source.SHIPPED)
    changed = shipped["general_request.bpmn"].replace("事项生效".encode(), "生效了".encode())
    made = store(api("admin"), changed, "general_request.bpmn").json()
    assert made["runs"]
    deploy = f"files/{made['id']}/deploy/"
    assert api("admin").post(deploy, {"seen": 1}).status_code == 403
    assert api("zengguoqiang").post(deploy, {"seen": 1}).json()["deployed"] is True
    assert api("admin").get("definitions/general_request/").json()["version"] == 2


def test_others_neither_see_nor_store_files(api) -> None:
    client = api("qiuzhiyuan")
    assert client.get("files/").status_code == 403
    assert store(client, CAMUNDA).status_code == 403
    manager = api("zengguoqiang")
    assert manager.get("files/").json() == []
    assert store(manager, CAMUNDA).status_code == 403


def test_at_once_nobody_deploys_alone(api) -> None:
    upload = SimpleUploadedFile("a.bpmn", CAMUNDA)
    assert api("admin").post_form("definitions/", {"files": [upload]}).status_code == 403
