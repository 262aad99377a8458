"""The menu: who sees which entries, which one is marked, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from apps.core.access.models import DataScope, RoleGrant
from apps.core.kinds.registry import kinds
from apps.core.shell import navigation
from apps.core.shell.checks import check_navigation
from apps.core.shell.navigation import Entry

pytestmark = pytest.mark.django_db

KIND = "tests.thing"


@pytest.fixture
def entries() -> Iterator[Callable[..., None]]:
    """`entries(Entry(…))`: brings entries for the length of a test."""
    names: list[str] = []

    def bring(*brought: Entry) -> None:
        navigation.add(*brought)
        names.extend(entry.name for entry in brought)

    yield bring
    for name in names:
        navigation.remove(name)


def thing(name: str, **more: object) -> Entry:
    return Entry(**{"name": name, "module": "sales", "label": name, "url": "shell:search", **more})  # type: ignore[arg-type]


def labels(client: Client, address: str = "/menu/") -> list[str]:
    parts = client.get(address).context["menu"].parts
    return [str(link.label) for part in parts for group in part.groups for link in group.links]


def grant(role: str, action: str) -> None:
    RoleGrant.objects.create(role=role, kind=KIND, action=action)
    DataScope.objects.get_or_create(role=role, kind=KIND, defaults={"scope": "all"})


def test_an_entry_is_shown_to_those_who_may_view_its_kind(company, signed_in, entries) -> None:
    entries(thing("things", kind=KIND))
    grant("finance", "view")
    assert "things" in labels(signed_in("zhoumin"))
    assert "things" not in labels(signed_in("qiuzhiyuan"))


def test_selling_is_in_the_menu_of_those_who_sell(company, signed_in) -> None:
    selling = {str(navigation.find(name).label) for name in ("sales.companies", "contracts.sales")}
    assert selling <= set(labels(signed_in("qiuzhiyuan")))
    assert not selling & set(labels(signed_in("baixue")))


def test_an_entry_of_a_kind_needs_nothing_but_the_kind(company, signed_in, entries) -> None:
    client = signed_in("admin")
    client.cookies["django_language"] = "en"
    key = "sales.customer"
    entries(
        Entry(name="a", module="sales", kind=key),
        Entry(name="b", module="sales", kind=key, create=True),
        Entry(name="c", module="sales", kind=key, label="Clinics", icon="bed"),
    )
    a, b, c = (navigation.find(name) for name in "abc")
    assert (a.path, b.path) == ("/sales/customers/", "/sales/customers/new/")
    with override("en"):
        assert (str(a.label), str(b.label), str(c.label)) == ("Customers", "Customer", "Clinics")
    assert (str(a.icon), str(c.icon)) == (kinds[key].icon, "bed")


def test_the_menu_new_offers_what_may_be_added(company, signed_in, entries) -> None:
    entries(thing("a new thing", kind=KIND, create=True))
    grant("finance", "view")
    assert b"a new thing" not in signed_in("zhoumin").get("/menu/").content
    grant("finance", "add")
    answer = signed_in("zhoumin").get("/menu/")
    assert "a new thing" in [link.label for link in answer.context["menu"].creations]
    assert "a new thing" not in labels(signed_in("zhoumin"))


def test_an_entry_may_say_itself_to_whom_it_is_shown(company, signed_in, entries) -> None:
    entries(thing("mine", visible=lambda request: request.user.username == "zhoumin"))
    assert "mine" in labels(signed_in("zhoumin"))
    assert "mine" not in labels(signed_in("shanlina"))


def test_modules_stand_in_their_order_and_empty_ones_are_hidden(
    company, signed_in, entries
) -> None:
    entries(thing("last", module="processes"), thing("second"))
    parts = signed_in("shanlina").get("/menu/").context["menu"].parts
    order = [part.code for part in parts]
    assert order == [code for code in navigation.MODULES if code in order]
    assert {"desk", "sales", "processes"} <= set(order)
    assert all(part.groups for part in parts)


@pytest.mark.parametrize(
    ("address", "marked"),
    [
        ("/search/", "all"),
        ("/search/?view=claim", "to claim"),
        ("/search/?view=claim&queue=other", "to claim"),
        ("/menu/", None),
    ],
)
def test_the_entry_of_the_page_is_marked(
    company, signed_in, entries, address: str, marked: str | None
) -> None:
    entries(
        thing("all", url="shell:search"),
        thing("to claim", url="shell:search", query="view=claim"),
        thing("elsewhere", url="shell:search", query="view=done"),
    )
    answer = signed_in("shanlina").get(address)
    parts = answer.context["menu"].parts
    links = [link for part in parts for group in part.groups for link in group.links]
    assert [link.entry.name for link in links if link.active] == ([marked] if marked else [])
    assert [part.code for part in parts if part.open] == (["sales"] if marked else [])
    assert answer.content.count(b'class="dropdown-item active"') == bool(marked)


def test_of_two_modules_that_lead_to_a_page_its_own_is_marked(company, signed_in, entries) -> None:
    entries(thing("near", module="desk", url="shell:search"), thing("own", url="shell:search"))
    parts = signed_in("shanlina").get("/search/").context["menu"].parts
    assert [part.code for part in parts if part.open] == ["sales"]


def test_the_funnel_belongs_where_its_board_is(company, signed_in) -> None:
    for address in ("/sales/board/", "/sales/funnel/", "/sales/opportunities/"):
        parts = signed_in("shanlina").get(address).context["menu"].parts
        links = [link for part in parts for group in part.groups for link in group.links]
        assert [link.entry.name for link in links if link.active] == ["sales.board"]
        assert not any(link.href == "/sales/funnel/" for link in links)


def test_groups_have_headings_but_for_single_entries_before_them(company, signed_in) -> None:
    """One that stands below a heading would seem to belong to it."""
    answer = signed_in("qiuzhiyuan").get("/menu/")
    headings = {
        part.code: [(str(group.label), len(group.links) > 1) for group in part.groups]
        for part in answer.context["menu"].parts
    }
    assert ("合同管理", False) in headings["sales"]
    assert not any(label for label, _several in headings["desk"])
    text = answer.content.decode()
    assert text.count("list-group-header") == text.count('class="ld-group"') > 0


def test_folded_modules_and_the_theme_are_right_from_the_first_byte(company, signed_in) -> None:
    client = signed_in("shanlina")
    client.cookies["theme"], client.cookies["sidebar"] = "dark", "folded"
    client.cookies["modules"] = "desk.nonsense"
    answer = client.get("/menu/")
    assert b'data-bs-theme="dark" data-bs-sidebar="folded-hover"' in answer.content
    assert [part.code for part in answer.context["menu"].parts if part.open] == ["desk"]
    client.cookies["theme"] = '"><script>'
    assert b'data-bs-theme="light"' in client.get("/search/").content


def test_the_tabs_of_a_phone_depend_on_the_role(company, signed_in, entries) -> None:
    entries(thing("service.dispatches"), thing("stock.spare_parts"))

    def tabs(username: str) -> list[str]:
        menu = signed_in(username).get("/menu/").context["menu"]
        return [link.entry.name for link in menu.tabs]

    assert "sales.team" in tabs("zengguoqiang")
    assert "service.dispatches" not in tabs("zengguoqiang")
    assert "sales.team" not in tabs("qiuzhiyuan")
    assert len(tabs("qiuzhiyuan")) <= 4


def test_the_frame_costs_rights_and_counts_only(company, signed_in) -> None:
    client = signed_in("shanlina")
    client.get("/search/")
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/search/").status_code == 200
    frame = [
        q["sql"] for q in queries if "session" not in q["sql"] and "people_user" not in q["sql"]
    ]
    assert len(frame) <= 3, frame


def test_the_bell_tells_how_much_waits_and_costs_one_count(company, signed_in, submitted) -> None:
    client = signed_in("shanlina")
    assert b"badge-notification" not in client.get("/bell/").content
    submitted("qiuzhiyuan")
    assert b">1</span>" in client.get("/bell/").content
    with CaptureQueriesContext(connection) as queries:
        client.get("/bell/")
    assert sum("engine_inboxcount" in query["sql"] for query in queries) == 1


def test_what_asks_by_itself_keeps_no_session_alive(company, signed_in, monkeypatch) -> None:
    client, renewed = signed_in("shanlina"), []
    monkeypatch.setattr(
        "apps.accountsets.sessions.SessionStore.renew", lambda self: renewed.append(self)
    )
    client.get("/bell/", headers={"X-Polled": "1"})
    assert renewed == []
    client.get("/bell/")
    assert len(renewed) == 1


def test_declarations_are_checked(entries) -> None:
    with pytest.raises(ImproperlyConfigured):
        navigation.add(thing("nowhere", module="no such module"))
    entries(thing("twice"))
    with pytest.raises(ImproperlyConfigured):
        navigation.add(thing("twice"))
    assert check_navigation() == []
    entries(thing("broken", url="no:such-page"))
    assert [found.obj for found in check_navigation()] == ["broken"]
