"""The API's description of itself, and that nothing sent by its rules is a server error."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, Case
from schemathesis.core import NOT_SET

from tests.core.conftest import Api

pytestmark = pytest.mark.django_db

EXAMPLES = 3  # of each operation


def test_the_schema_is_valid_and_complete(tmp_path) -> None:
    call_command("spectacular", file=str(tmp_path / "schema.yml"), validate=True, fail_on_warn=True)


def test_the_description_is_served_to_anybody(client: Client) -> None:
    assert client.get("/api/schema/").status_code == 200
    assert client.get("/api/docs/").status_code == 200


def test_a_decision_is_described_with_its_files() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    described = schema["paths"]["/api/v1/tasks/{id}/complete/"]["post"]["requestBody"]["content"]
    assert set(described) == {"application/json", "multipart/form-data"}
    name = described["multipart/form-data"]["schema"]["$ref"].rpartition("/")[2]
    parts = schema["components"]["schemas"][name]["properties"]
    assert parts["attachments"]["items"] == {"type": "string", "format": "binary"}
    assert parts["data"]["type"] == "object"  # a part that is JSON


def operations() -> list[APIOperation[Any]]:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    described = schemathesis.openapi.from_dict(json.loads(json.dumps(schema, default=str)))
    return [found.ok() for found in described.get_all_operations()]


def send(api: Api, case: Case) -> Any:
    query = urlencode(dict(case.query or {}), doseq=True)
    body, kind = b"", case.media_type or "application/json"
    if kind == "multipart/form-data":
        files = case.body if isinstance(case.body, dict) else {}
        return api.post_form(case.formatted_path, {k: str(v) for k, v in files.items()})
    if case.body is not NOT_SET:
        body = json.dumps(case.body).encode()
    return api.client.generic(
        case.method, f"{case.formatted_path}?{query}", body, kind, headers=api.headers
    )


@pytest.mark.parametrize("username", ["admin", "shanlina"])
def test_nothing_that_the_schema_allows_is_a_server_error(
    key_api, submitted, username: str
) -> None:
    api = key_api(username)
    api.client.raise_request_exception = False
    for operation in operations():
        result = submitted("qiuzhiyuan")  # fresh for each: it may not survive
        existing = {"instances": result.instance, "tasks": result.opened[0]}
        try_out(api, operation, existing.get(operation.path.split("/")[3]))


def try_out(api: Api, operation: APIOperation[Any], existing: int | None) -> None:
    """Send examples of an operation, to what exists where its address has an id."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def run(case: Case) -> None:
        if existing is not None and "id" in case.path_parameters:
            case.path_parameters["id"] = existing
        answer = send(api, case)
        said = (operation.label, case.path_parameters, case.query, case.body)
        assert answer.status_code < 500, said
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json", said

    run()
