"""The command `check_process`, and the system check of the shipped diagrams."""

from __future__ import annotations

import json
import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from engine.checks import check_shipped_processes
from tests.engine.bpmn.diagrams import line_of, process, service, start, table, user


def run(*files: Path, **options: str) -> tuple[str, int]:
    out = StringIO()
    try:
        call_command("check_process", *files, stdout=out, no_color=True, **options)
    except SystemExit as end:
        return out.getvalue(), int(end.code or 0)
    return out.getvalue(), 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.bpmn").write_text(process(start() + "", "good"))
    (tmp_path / "bad.bpmn").write_text(line_of(service(operation="demo.gone")))
    (tmp_path / "rules.dmn").write_text(table(("-", "1"), key="rules"))
    return tmp_path


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def test_text_names_element_line_verdict_and_way_out(folder: Path) -> None:
    out, code = run(folder / "bad.bpmn")
    assert code == 1
    lines = out.splitlines()
    assert lines[0] == "bad.bpmn"
    at = next(number for number, line in enumerate(lines) if "serviceTask" in line)
    assert "(task)" in lines[at]
    assert lines[at].split()[0] == "7"
    assert lines[at].endswith("needs your decision")
    (why,) = [line for line in lines[at + 1 : at + 3] if "operation_unknown: " in line]
    assert "Choose one that exists" in why
    assert lines[-1] == "can't be deployed: 1 error, 3 warnings"


def test_json_is_whole(folder: Path) -> None:
    out, code = run(folder / "bad.bpmn", format="json")
    report = json.loads(out)
    assert code == 1
    assert report["runs"] is False
    (finding,) = [found for found in report["findings"] if found["level"] == "error"]
    assert finding["code"] == "operation_unknown"
    assert (finding["element"], finding["line"], finding["verdict"]) == ("task", 7, "decision")
    assert {one["element"] for one in report["elements"]} >= {"start", "task", "end", "start_task"}


def test_a_shipped_diagram_ends_with_zero() -> None:
    out, code = run(*sorted(Path("processes/approval").iterdir()))
    assert code == 0, out
    assert out.splitlines()[-1] == "can be deployed: 0 errors, 0 warnings"


def test_one_file_of_several_finds_the_others_beside_it() -> None:
    out, code = run(Path("processes/approval/general_request.bpmn"))
    assert code == 0, out


def test_it_speaks_chinese(folder: Path) -> None:
    with translation.override("zh-hans"):
        out, code = run(folder / "bad.bpmn")
    assert code == 1
    assert "serviceTask" in out


def test_a_file_that_is_no_xml(folder: Path) -> None:
    (folder / "no.bpmn").write_text("<a")
    out, code = run(folder / "no.bpmn")
    assert code == 1
    assert "no.bpmn:1" in out
    assert "unreadable" in out


def test_a_file_that_is_missing(folder: Path) -> None:
    with pytest.raises(CommandError, match=r"gone\.bpmn"):
        run(folder / "gone.bpmn")


def test_files_of_one_name_are_each_checked(folder: Path) -> None:
    for name, content in (("one", "<a"), ("two", process(start(), "good"))):
        (folder / name).mkdir()
        (folder / name / "same.bpmn").write_text(content)
    for order in (("one", "two"), ("two", "one")):
        out, code = run(*(folder / name / "same.bpmn" for name in order))
        assert code == 1
        assert f"{folder}/one/same.bpmn:1" in out


def test_what_is_no_file_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.bpmn")
    with pytest.raises(CommandError, match=r"pipe\.bpmn is no file"):
        run(folder / "pipe.bpmn")
    assert "bad.bpmn" in run(folder / "bad.bpmn")[0]  # that lies beside it


def test_the_shipped_diagrams_pass_the_system_check() -> None:
    assert check_shipped_processes(None) == []


def test_the_system_check_names_what_no_app_brings(tmp_path: Path, settings: object) -> None:
    settings.ENGINE_PROCESSES = tmp_path
    broken = line_of(user(formKey="gone", candidateGroups="boss", decisions="shrug"))
    (tmp_path / "a.bpmn").write_text(broken)
    errors = check_shipped_processes(None)
    assert {error.id for error in errors} >= {
        "engine.form_unknown",
        "engine.role_unknown",
        "engine.decision_unknown",
    }
    assert all(error.msg.startswith("a.bpmn:") for error in errors)
