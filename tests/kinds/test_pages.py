"""Lists, pages and forms of every kind."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django import forms
from django.db import connection
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core.access.actions import Action, Scope
from apps.core.access.subjects import subjects
from apps.core.inbox import looking
from apps.core.kinds.addresses import url_of
from apps.core.kinds.commands import commands_of
from apps.core.kinds.editing import line_rows
from apps.core.kinds.models import SavedView
from apps.core.kinds.registry import kinds
from apps.core.kinds.services import live_instance
from apps.people.models import User
from tests.casework import deploy
from tests.kinds.factories import HOSTILE, all_rights, make, posted, typed

pytestmark = pytest.mark.django_db

LIST_QUERIES = 8
PAGE_QUERIES = 15


@pytest.fixture
def client(key, grant, client_of):
    """仇志远, who may do everything with the kind and look at the others."""
    grant(key, Scope.OWN)
    return client_of("qiuzhiyuan")


def form_of(client, address: str) -> dict[str, str]:
    """What a browser would send back from the form of a page as it is."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    text = answer.content.decode()
    body = text[text.index('id="form-body"') : text.index('<div class="ld-bar"')]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input\b[^>]*>", body):
        names = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        ticked = names.get("type") != "checkbox" or re.search(r"\bchecked\b", tag)
        if "name" in names and ticked:
            default = "on" if names.get("type") == "checkbox" else ""
            found[names["name"]] = html.unescape(names.get("value", default))
    for name, inner in re.findall(r'<select\b[^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        found[name] = html.unescape(chosen[1]) if chosen else ""
    for name, inner in re.findall(
        r'<textarea\b[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', body, re.S
    ):
        found[name] = html.unescape(inner).removeprefix("\n")
    return found


def complaints(answer) -> list[str]:
    """What a page says is to be put right."""
    text = answer.content.decode()
    alert = text[text.find('role="alert"') :][:3000]
    return [html.unescape(one) for one in re.findall(r"<li>(?:<a[^>]*>)?([^<>]+)<", alert)]


def state_of(kind, record) -> dict[str, Any]:
    """All that is stored of a record but its stamps."""
    stored = kind.model.objects.get(pk=record.pk)
    stamps = ("version", "changed_at", "changed_by")
    values = {k: v for k, v in model_to_dict(stored).items() if k not in stamps}
    rows = {
        lines.related: [model_to_dict(row) for row in line_rows(stored, lines.related)]
        for lines in kind.lines
    }
    return {**values, **rows}


def test_a_form_that_is_sent_back_as_it_is_changes_nothing(client, key) -> None:
    kind, record = kinds[key], make(key)
    before = state_of(kind, record)
    address = url_of(kind, "edit", record.pk)
    answer = client.post(address, form_of(client, address))
    assert answer.status_code == 302, complaints(answer)
    assert answer["Location"] == url_of(kind, "page", record.pk)
    assert state_of(kind, record) == before
    assert kind.model.objects.get(pk=record.pk).version == 2


def test_a_new_one_and_a_copy(client, key) -> None:
    kind = kinds[key]
    values = typed(key)
    address = url_of(kind, "new")
    answer = client.post(address, {**form_of(client, address), **posted(key, values).dict()})
    assert answer.status_code == 302, complaints(answer)
    made = kind.model.objects.order_by("pk").last()
    assert made.owner.username == "qiuzhiyuan"
    if not kind.copies:
        assert client.get(url_of(kind, "copy", made.pk)).status_code == 409
        return
    copied = form_of(client, url_of(kind, "copy", made.pk))
    fresh = typed(key)
    copied |= {name: fresh[name] for name in ("code", "name") if name in fresh}  # once only
    answer = client.post(address, copied)
    assert answer.status_code == 302, complaints(answer)
    copy = kind.model.objects.order_by("pk").last()
    assert copy.pk != made.pk
    for lines in kind.lines:
        assert len(line_rows(copy, lines.related)) == len(line_rows(made, lines.related))


def test_nothing_typed_is_lost_on_an_error(client, key) -> None:
    kind = kinds[key]
    address = url_of(kind, "new")
    values = posted(key, typed(key)).dict() | {"remarks": HOSTILE}
    required = next(name for name, field in kind.form_class.base_fields.items() if field.required)
    values[required] = ""
    answer = client.post(address, values)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'id="errors"' in text
    assert f'href="#id_{required}"' in text
    for name, value in values.items():
        if value not in ("", "True", "False") and name in kind.form_class.base_fields:
            assert html.escape(value) in text, name
    assert not kind.model.objects.filter(owner__username="qiuzhiyuan").exists()


def test_who_was_faster_is_told_and_nothing_is_overwritten(client, key, signed_in) -> None:
    kind, record = kinds[key], make(key)
    address = url_of(kind, "edit", record.pk)
    mine = form_of(client, address)
    assert client.post(address, mine | {"remarks": "先到"}).status_code == 302
    before = state_of(kind, record)
    answer = client.post(address, mine | {"remarks": "后到"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "仇志远" in text
    if "remarks" in kind.form_class.base_fields:
        assert "先到" in text and "后到" in text
    assert state_of(kind, record) == before
    again = {**mine, "version": str(kind.model.objects.get(pk=record.pk).version)}
    assert client.post(address, again | {"remarks": "后到"}).status_code == 302


def test_queries_do_not_grow_with_rows(client, key) -> None:
    kind = kinds[key]
    first = make(key)
    client.get(url_of(kind, "list"))  # what is read once a process
    client.get(url_of(kind, "page", first.pk))
    few = queries(client, url_of(kind, "list"))
    for _number in range(6):
        make(key)
    many = queries(client, url_of(kind, "list"))
    assert len(many) <= len(few) + 1, "\n".join(many)  # of two pages the rows are counted
    assert len(many) <= LIST_QUERIES, "\n".join(many)
    assert len(queries(client, f"{url_of(kind, 'list')}?sort={kind.columns[-1]}")) <= LIST_QUERIES
    page = queries(client, url_of(kind, "page", first.pk))
    assert len(page) <= PAGE_QUERIES, "\n".join(page)


def test_queries_do_not_grow_with_lines(client, key) -> None:
    kind, values = kinds[key], typed(key)
    full = [lines.related for lines in kind.lines if values.get(lines.related)]
    if not full:
        assert not any(lines.minimum for lines in kind.lines)
        return
    short, long = make(key), make(key, **{name: values[name] * 4 for name in full} | spread(values))
    for page in ("page", "edit"):
        client.get(url_of(kind, page, short.pk))
        few = queries(client, url_of(kind, page, short.pk))
        many = queries(client, url_of(kind, page, long.pk))
        assert len(many) <= len(few), (page, many)


def spread(values: dict[str, Any]) -> dict[str, Any]:
    """Instalments of a contract are parts of one whole."""
    parts = values.get("instalments", ())
    return (
        {"instalments": [{**part, "percent": "25"} for part in parts for _n in range(4)]}
        if parts
        else {}
    )


def queries(client, address: str, **headers: str) -> list[str]:
    asked = {name.replace("_", "-"): value for name, value in headers.items()}
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address, headers=asked).status_code == 200
    return [query["sql"][:110] for query in caught]


def test_each_button_needs_its_right(key, grant, client_of) -> None:
    kind, record = kinds[key], make(key)
    client = client_of("qiuzhiyuan")
    asked: dict[str, list[tuple[str, str]]] = {
        Action.ADD: [("get", url_of(kind, "new")), ("post", url_of(kind, "new"))],
        Action.CHANGE: [(m, url_of(kind, "edit", record.pk)) for m in ("get", "post")],
        Action.VIEW: [("get", url_of(kind, "list")), ("get", url_of(kind, "page", record.pk))],
    }
    for name, command in commands_of(kind).items():
        calls = [(method, url_of(kind, name, record.pk)) for method in ("get", "post")]
        asked.setdefault(command.action, []).extend(calls)
    for action, calls in asked.items():
        grant(key, Scope.OWN, [one for one in subjects[key].actions if one != action])
        for method, address in calls:
            assert getattr(client, method)(address).status_code == 403, (action, address)
        if action == Action.VIEW:
            continue
        page = client.get(url_of(kind, "page", record.pk)).content.decode()
        for _method, address in calls:
            assert f'"{address}"' not in page, address
    assert kind.model.objects.get(pk=record.pk).version == 1


def test_many_at_once_have_a_result_each(client, key, grant) -> None:
    kind = kinds[key]
    grant(key, Scope.OWN, others=Scope.OWN)
    rows = [make(key) for _number in range(3)]
    alien = make(key, "zhoumin")
    pks = [row.pk for row in (*rows, alien)]
    asked = client.post(url_of(kind, "bulk"), {"command": "delete", "pk": pks})
    assert asked.status_code == 200
    assert kind.model.objects.filter(pk__in=pks).count() == 4
    done = client.post(url_of(kind, "bulk"), {"command": "delete", "pk": pks, "confirmed": "1"})
    assert done.status_code == 200
    assert list(kind.model.objects.filter(pk__in=pks)) == [alien]


def test_columns_and_filters_are_kept(client, key) -> None:
    kind = kinds[key]
    make(key)
    wanted = [kind.columns[0], kind.columns[2]]
    client.post(url_of(kind, "columns"), {"column": wanted, "query": ""})
    text = client.get(url_of(kind, "list")).content.decode()
    assert text.count("aria-sort") <= 1
    heads = re.findall(r'<th scope="col" class="d-none d-md-table-cell', text)
    assert len(heads) == 2
    answer = client.post(url_of(kind, "views"), {"name": "到期快的", "query": "q=zz&size=50"})
    assert "q=zz" in answer["Location"] and "size" not in answer["Location"]
    text = client.get(answer["Location"]).content.decode()
    assert "到期快的" in text
    view = re.search(r'name="delete" value="(\d+)"', text)
    assert view
    client.post(url_of(kind, "views"), {"delete": view[1]})
    assert "到期快的" not in client.get(url_of(kind, "list")).content.decode()


def test_an_empty_form_is_worked_out_without_falling_over(client, key) -> None:
    kind = kinds[key]
    headers = {"Accept": "application/json"}
    for data in ({}, {f"{lines.related}-count": "2" for lines in kind.lines}):
        answer = client.post(url_of(kind, "preview"), data, headers=headers)
        assert answer.status_code == 200
        assert set(answer.json()) == {"values", "outputs"}


def test_lines_may_be_pasted_before_anything_else_is_filled_in(client, key) -> None:
    kind = kinds[key]
    for lines in kind.lines:
        data = {
            f"{lines.related}-count": "1",
            f"{lines.related}-paste": "PM-202\t3\nnothing of ours\tabc\n",
            "do": f"{lines.related}:paste",
        }
        answer = client.post(url_of(kind, "preview"), data)
        assert answer.status_code in (200, 422), lines.related
        assert "nothing of ours" in answer.content.decode()


def test_what_was_pasted_wrong_is_told_at_once_and_what_is_missing_is_not(client, key) -> None:
    kind = kinds[key]
    for lines in kind.lines:
        fields = lines.form_class.base_fields.items()
        # What takes any text takes this, too.
        name = next((name for name, field in fields if not isinstance(field, forms.CharField)), "")
        if not name:
            continue
        data = {
            f"{lines.related}-paste": "nothing of ours\n",
            f"{lines.related}-from": name,
            "do": f"{lines.related}:paste",
        }
        errors = client.post(url_of(kind, "preview"), data).context["problems"]
        assert f"id_{lines.related}-0-{name}" in {error.anchor for error in errors}
        data |= {f"{lines.related}-paste": "", "do": f"{lines.related}:add"}
        assert client.post(url_of(kind, "preview"), data).context["problems"] == []


def test_made_up_addresses_are_no_errors(client, key) -> None:
    kind = kinds[key]
    make(key)
    address = url_of(kind, "list")
    for query in (
        "cursor=abc",
        "cursor=WyJcdTAwMDAiLDEsZmFsc2Vd",
        "sort=password",
        "size=9999",
        "view=x",
        "q=%00",
        "page=-1",
        "state=%00",
        "customer=9" * 30,
    ):
        assert client.get(f"{address}?{query}").status_code == 200, query
    for page in ("0", "9" * 30):
        assert client.get(f"{address}{page}/").status_code == 404
    assert client.get(f"{address}choices/form.nothing/").status_code == 404


def test_a_document_tells_whom_it_waits_for_and_what_has_happened(client, key, signed_in) -> None:
    kind = kinds[key]
    if kind.approval is None:
        return
    deploy(kind.approval.process)
    record = make(key)
    if not kind.can(all_rights("qiuzhiyuan"), Action.SUBMIT, record):
        return  # handed in by something else than its button: tested with that
    answer = client.post(url_of(kind, "submit", record.pk))
    assert answer["Location"] == url_of(kind, "page", record.pk)
    assert kind.model.objects.get(pk=record.pk).state != record.state
    page = url_of(kind, "page", record.pk)
    (asked, *_others) = looking.waiting(live_instance(record.business_key))
    assert asked.names
    text = client.get(page).content.decode()
    assert asked.names in text
    urge = f"{reverse('desk:act', args=[asked.task.pk, 'urge'])}?to=page"
    assert urge in text
    assert client.post(urge, {"urge-reason": "客户在等"})["Location"] == page
    assert "仇志远" in client.get(f"{page}?tab=trail").content.decode()
    part = client.get(f"{page}?tab=trail&part", headers={"HX-Request": "true"})
    assert part.status_code == 200 and "<html" not in part.content.decode()
    assert client.get(f"{page}?tab=nothing").status_code == 404
    assert len(queries(client, page)) <= PAGE_QUERIES
    assert client.get(url_of(kind, "edit", record.pk)).status_code == 409  # it is being approved
    approver = User.objects.get(pk=next(iter(asked.task.assignment)))
    for reader, address in (
        (client, reverse("desk:case", args=[asked.task.instance_id])),
        (signed_in(approver.username), reverse("desk:task", args=[asked.task.pk])),
    ):
        reader.get(address)  # has seen it from now on
        caught = queries(reader, address, HX_REQUEST="true", HX_TARGET="document")
        assert len(caught) <= PAGE_QUERIES, "\n".join(caught)
        # With the list beside it; who approves here has no scope over it, which is asked for, too.
        caught = queries(reader, address)
        assert len(caught) <= PAGE_QUERIES + (reader is not client), "\n".join(caught)


def test_a_filter_is_shared_with_the_department_and_stays_its_owners(
    client, signed_in, key
) -> None:
    kind = kinds[key]
    address = url_of(kind, "list")
    client.post(url_of(kind, "views"), {"name": "急件", "query": "q=a", "share": "1"})
    view = SavedView.objects.get(name="急件")
    colleague, elsewhere = signed_in("xiexiaomei"), signed_in("ouwenbin")
    shown = colleague.get(address, {"view": view.pk, "q": "a"})
    assert [one.name for one, _href in shown.context["views"]] == ["急件"]
    assert "仇志远" in shown.content.decode()
    assert f'name="delete" value="{view.pk}"' not in shown.content.decode()
    assert elsewhere.get(address).context["views"] == []

    colleague.post(url_of(kind, "views"), {"delete": str(view.pk)})
    columns = [column.name for column in shown.context["listing"].columns][:1]
    colleague.post(url_of(kind, "columns"), {"query": f"view={view.pk}", "column": columns})
    view.refresh_from_db()
    assert len(view.columns) == len(shown.context["listing"].columns)  # still all of them
    copy = SavedView.objects.get(name="急件", user__username="xiexiaomei")
    assert (copy.columns, copy.query, copy.shared_with) == (columns, "q=a", None)

    client.post(url_of(kind, "views"), {"name": "急件", "query": "q=a"})
    names = [
        (one.name, one.user.username) for one, _href in colleague.get(address).context["views"]
    ]
    assert names == [("急件", "xiexiaomei")]
