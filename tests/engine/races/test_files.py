"""Decisions with files at once: as many files as rows, and none waits for another for ever."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from apps.core.attachments.models import Attachment
from apps.core.attachments.services import add_attachment
from apps.core.kinds.services import lock_document
from engine import tasks
from engine.exceptions import Conflict, InvalidData
from engine.uploads import OPINION, Sent
from tests.casework import MONDAY, Case, Registered, deploy_drawn
from tests.contracts.factories import make_customer
from tests.engine.bpmn.diagrams import chain, end, process, service, start, user
from tests.engine.races.conftest import Unchecked, World
from tests.engine.races.racing import THREADS, Act, crowd, losers, race, winners
from tests.kinds.factories import all_rights

ME = "chenhai"
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, settings) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def with_a_file() -> Sent:
    return MultiValueDict({OPINION: [SimpleUploadedFile("报价.pdf", PDF)]})


def decide(case: Case) -> Act:
    task, me = case.open[0].pk, case.people[ME]
    files = with_a_file()
    return partial(tasks.complete, task, user=me, decision="approve", files=files, now=MONDAY)


def same_on_disk() -> int:
    """How many files there are; each has its row."""
    root = Path(default_storage.location)
    found = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    assert found == set(Attachment.objects.values_list("file", flat=True))
    return len(found)


def cases(world: World, number: int, operation: str = "demo.effect", key: str = "") -> list[Case]:
    effect = service("effect", operation)
    content = start() + user(candidateGroups="engineer") + effect + end()
    deploy_drawn(process(content + chain("start", "task", "effect", "end")))
    return [
        Unchecked(world.people, "process", by="qiuzhiyuan", business_key=key or f"demo:{turn}")
        for turn in range(number)
    ]


def test_of_many_decisions_with_files_one_is_kept_with_its_file(world: World) -> None:
    (case,) = cases(world, 1)
    results = crowd([case.id], *[decide(case) for _number in range(THREADS)])
    assert len(winners(results)) == 1
    assert {type(error) for error in losers(results)} == {Conflict}
    assert same_on_disk() == 1
    world.check()


def test_what_is_left_of_the_quota_is_used_once(world: World, settings) -> None:
    settings.ATTACHMENT_QUOTA = len(PDF) * (THREADS // 2)
    results = race(*[decide(case) for case in cases(world, THREADS)])
    assert len(winners(results)) == THREADS // 2
    assert {type(error) for error in losers(results)} == {InvalidData}
    assert same_on_disk() == THREADS // 2
    world.check()


def test_decisions_and_uploads_to_what_they_change_do_not_wait_for_each_other(
    world: World, registered: Registered
) -> None:
    """A step locks the record, then the quota; so does an upload."""
    key = make_customer().business_key
    registered.operation("demo.lock", lambda context: lock_document(context.business_key) and None)
    add = partial(add_attachment, business_key=key, category="other", name="a.pdf")
    rights = all_rights("qiuzhiyuan")
    uploads = [partial(add, content=BytesIO(PDF), rights=rights) for _number in range(10)]
    results = race(*uploads, *[decide(case) for case in cases(world, 10, "demo.lock", key)])
    assert losers(results) == []
    assert same_on_disk() == len(results)
