"""Customers by the doors that people use: commands, the page in tabs, lists, pickers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.core.kinds.registry import kind_of
from apps.core.kinds.services import save_record
from apps.sales.customers import services
from apps.sales.models import Contact, Customer
from tests.contracts.factories import (
    entry,
    line,
    make_contract,
    make_customer,
    make_product,
    rights,
)
from tests.kinds.factories import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]
SignIn = Callable[..., Client]
BOSS = "shanlina"


def page(customer: Customer, name: str = "page") -> str:
    return reverse(f"kinds:{name}", args=["sales.customer", customer.pk])


def choices(client: Client, place: str, text: str) -> str:
    url = reverse("kinds:choices", args=["contracts.salescontract", place])
    return client.get(url, {"q": text}).content.decode()


class TestCommands:
    def test_it_is_put_to_rest_and_comes_back(self, signed_in: SignIn) -> None:
        client, customer = signed_in("qiuzhiyuan"), make_customer()
        wakes = timezone.localdate() + timedelta(days=30)
        typed = {
            "reason": entry("stage_reason", "budget").pk,
            "wake_up_on": wakes.isoformat(),
            "remarks": "明年再谈",
        }
        assert client.post(page(customer, "dormant"), typed).status_code == 302
        customer.refresh_from_db()
        assert (customer.stage, customer.wake_up_on) == ("dormant", wakes)
        asked = client.get(page(customer, "restore")).content.decode()
        assert "仇志远" in asked
        assert client.post(page(customer, "restore"), {}).status_code == 302
        customer.refresh_from_db()
        assert customer.stage == "in_talk"
        story = client.get(page(customer), {"tab": "story"}).content.decode()
        assert "明年再谈" in story

    def test_what_is_open_is_named_with_a_link(self, signed_in: SignIn) -> None:
        client, customer = signed_in("qiuzhiyuan"), make_customer()
        contract = make_contract(line(make_product(), 1), customer=customer)
        type(contract).objects.update(state="submitted")
        shown = client.get(page(customer, "close")).content.decode()
        assert contract.number in shown
        assert reverse("kinds:page", args=["contracts.salescontract", contract.pk]) in shown
        reason = entry("stage_reason", "price").pk
        refused = client.post(page(customer, "close"), {"reason": reason})
        assert refused.status_code == 409
        assert contract.number in refused.content.decode()
        customer.refresh_from_db()
        assert customer.stage == "in_talk"

    def test_with_whom_it_is_shared_works_on_it_and_no_more(self, signed_in: SignIn) -> None:
        client, customer = signed_in("ouwenbin"), make("sales.customer", name="苏州平江路医院")
        assert client.get(page(customer)).status_code == 404
        assert customer.name not in choices(client, "form.customer", "平江")
        services.share_customer(
            customer_id=customer.pk, user=rights("ouwenbin").user, rights=rights("qiuzhiyuan")
        )
        shown = client.get(page(customer)).content.decode()
        assert page(customer, "edit") in shown
        assert page(customer, "dormant") not in shown
        assert client.get(page(customer, "dormant")).status_code == 403
        assert customer.name in choices(client, "form.customer", "平江")

    def test_who_no_longer_works_on_it_sees_it_no_more(self, signed_in: SignIn) -> None:
        owner, colleague = signed_in("qiuzhiyuan"), signed_in("zhamin")
        customer = make("sales.customer", name="苏州平江路医院")
        typed = {"user": rights("zhamin").user}
        assert owner.post(page(customer, "unshare"), typed).status_code == 422
        assert owner.post(page(customer, "share"), typed).status_code == 302
        assert colleague.post(page(customer, "unshare"), typed).status_code == 403
        assert colleague.get(page(customer)).status_code == 200
        assert owner.post(page(customer, "unshare"), typed).status_code == 302
        assert colleague.get(page(customer)).status_code == 404
        story = owner.get(page(customer), {"tab": "story"}).content.decode()
        assert "取消了与 查敏 的共享" in story
        assert not services.unshare_customer(
            customer_id=customer.pk, user=rights("zhamin").user, rights=rights("qiuzhiyuan")
        )

    def test_it_is_shared_with_nobody_who_could_not_open_it(self, signed_in: SignIn) -> None:
        owner, customer = signed_in("qiuzhiyuan"), make_customer()
        answer = owner.post(page(customer, "share"), {"user": rights("baixue").user})
        assert answer.status_code == 422
        assert "柏雪 无权查看客户" in answer.content.decode()
        assert not customer.collaborators.exists()

    def test_those_who_may_not_merge_are_refused(self, signed_in: SignIn) -> None:
        client, customer = signed_in("qiuzhiyuan"), make_customer()
        other = make_customer("乙医院")
        answer = client.post(page(customer, "merge"), {"into": other.pk})
        assert answer.status_code == 403

    def test_merging_shows_first_what_moves(self, signed_in: SignIn) -> None:
        client = signed_in("shanlina")
        gone, stays = (make("sales.customer", name=name) for name in ("甲医院", "乙医院"))
        make("sales.contact", customer=gone.pk, name="曾雅琴")
        assert gone.name in choices(client, "form.customer", "甲医")
        chosen = client.get(page(gone, "merge"), headers={"HX-Request": "true"}).content.decode()
        assert "data-ld-picker" in chosen
        assert "data-ld-create" not in chosen  # only what is there can be merged into
        asked = client.post(page(gone, "merge"), {"into": stays.pk})
        assert asked.status_code == 422
        assert "联系人 1" in asked.content.decode()
        gone.refresh_from_db()
        assert gone.merged_into_id is None
        seen = f"{gone.version}-{stays.version}"
        merged = client.post(page(gone, "merge"), {"into": stays.pk, "seen": seen})
        assert (merged.status_code, merged.headers["Location"]) == (302, page(stays))
        assert client.get(page(gone)).headers["Location"] == page(stays)
        assert client.post(page(gone, "restore"), {}).status_code == 409
        assert gone.name not in choices(client, "form.customer", "甲医")
        listed = client.get(reverse("kinds:list", args=["sales.customer"]))
        names = [row.row.name for row in listed.context["rows"]]
        assert stays.name in names
        assert gone.name not in names

    def test_contacts_go_along_where_they_are_ticked(self, signed_in: SignIn) -> None:
        client, to = signed_in("shanlina"), rights("xiexiaomei").user
        for name, along in (("甲", []), ("乙", ["sales.contact"])):
            customer = make_customer(name)
            make("sales.contact", customer=customer.pk, name=name)
            answer = client.post(page(customer, "hand-over"), {"to": to, "along": along})
            assert answer.status_code == 302
            customer.refresh_from_db()
            assert customer.owner_id == to
            assert customer.protected_until is not None
        owners = dict(Contact.objects.values_list("name", "owner"))
        assert owners == {"甲": rights("qiuzhiyuan").user, "乙": to}

    def test_many_get_a_result_each(self, signed_in: SignIn) -> None:
        client = signed_in("shanlina")
        awake, asleep = make_customer("甲医院"), make_customer("乙医院")
        services.make_dormant(
            customer_id=asleep.pk, reason=entry("stage_reason", "other"), rights=rights("shanlina")
        )
        sent = {
            "command": "dormant",
            "pk": [awake.pk, asleep.pk],
            "confirmed": "1",
            "reason": entry("stage_reason", "other").pk,
        }
        told = client.post(reverse("kinds:bulk", args=["sales.customer"]), sent).content.decode()
        assert "乙医院" in told
        assert Customer.objects.filter(stage="dormant").count() == 2


class TestPage:
    def test_it_is_loaded_tab_by_tab(self, signed_in: SignIn) -> None:
        client, customer = signed_in("shanlina"), make_customer()
        make("sales.contact", customer=customer.pk, name="曾雅琴")
        whole = client.get(page(customer), {"tab": "contacts"}).content.decode()
        assert "<html" in whole
        assert "曾雅琴" in whole
        part = client.get(
            page(customer),
            {"tab": "contacts"},
            headers={"HX-Request": "true", "HX-Target": "tabs"},
        ).content.decode()
        assert "<html" not in part
        assert "曾雅琴" in part

    def test_the_menu_marks_the_list_that_it_is_found_in(self, signed_in: SignIn) -> None:
        client, customer = signed_in(BOSS), make_customer()

        def marked(name: str = "page", **query: str) -> list[str]:
            menu = client.get(page(customer, name), query).context["menu"]
            links = [link for part in menu.parts for group in part.groups for link in group.links]
            return [link.entry.name for link in links if link.active]

        assert marked() == marked("edit") == ["sales.customers"]
        services.make_dormant(
            customer_id=customer.pk, reason=entry("stage_reason", "other"), rights=rights(BOSS)
        )
        assert marked() == marked(tab="story") == marked("edit") == ["sales.resting_customers"]
        assert marked("copy") == ["sales.customers"]  # a new one

    def test_figures_count_what_its_reader_may_see(self, signed_in: SignIn) -> None:
        customer = make_customer()
        contract = make_contract(line(make_product(price=2000), 1), customer=customer)
        type(contract).objects.update(state="approved")
        assert "¥2,000.00" in signed_in("shanlina").get(page(customer)).content.decode()
        services.share_customer(
            customer_id=customer.pk, user=rights("zhamin").user, rights=rights("qiuzhiyuan")
        )
        assert "¥2,000.00" in signed_in("zhamin").get(page(customer)).content.decode()
        hotline = signed_in("yuejiayi").get(page(customer))
        assert hotline.status_code == 200
        assert "¥2,000.00" not in hotline.content.decode()

    def test_it_asks_no_more_for_more_rows(
        self, signed_in: SignIn, django_assert_max_num_queries
    ) -> None:
        client, customer = signed_in("shanlina"), make_customer()
        for _number in range(6):
            make("sales.contact", customer=customer.pk)
        client.get(page(customer))
        with django_assert_max_num_queries(45):
            client.get(page(customer))
        with django_assert_max_num_queries(20):
            client.get(
                page(customer),
                {"tab": "contacts"},
                headers={"HX-Request": "true", "HX-Target": "tabs"},
            )


class TestLists:
    def listed(self, client: Client, **query: str) -> list[str]:
        answer = client.get(reverse("kinds:list", args=["sales.customer"]), query)
        return [row.row.name for row in answer.context["rows"]]

    def test_by_stage_and_by_silence(self, signed_in: SignIn) -> None:
        client = signed_in("shanlina")
        quiet, heard, asleep = make_customer("甲"), make_customer("乙"), make_customer("丙")
        services.touch_customer(customer_id=heard.pk, at=timezone.now())
        Customer.objects.filter(pk=quiet.pk).update(
            last_contact_at=timezone.now() - timedelta(days=45)
        )
        services.make_dormant(
            customer_id=asleep.pk, reason=entry("stage_reason", "other"), rights=rights("shanlina")
        )
        assert self.listed(client, stage="resting") == ["丙"]
        assert sorted(self.listed(client, stage="active")) == ["乙", "甲"]
        assert self.listed(client, contact="long") == ["甲"]

    def test_by_when_they_wake_up(self, signed_in: SignIn) -> None:
        client, today = signed_in("shanlina"), timezone.localdate()
        make_customer("在谈")
        for name, days in (("今天", 1), ("下周", 6), ("下月", 29), ("明年", 300), ("未定", None)):
            services.make_dormant(
                customer_id=make_customer(name).pk,
                reason=entry("stage_reason", "budget"),
                wake_up_on=today + timedelta(days=days) if days else None,
                rights=rights("shanlina"),
            )
        Customer.objects.filter(name="今天").update(wake_up_on=today)
        assert self.listed(client, wakes_up="0") == ["今天"]
        assert sorted(self.listed(client, wakes_up="7")) == ["下周", "今天"]
        assert sorted(self.listed(client, wakes_up="30")) == ["下周", "下月", "今天"]

    def test_an_earlier_contact_changes_nothing(self) -> None:
        customer, now = make_customer(), timezone.now()
        services.touch_customer(customer_id=customer.pk, at=now)
        services.touch_customer(customer_id=customer.pk, at=now - timedelta(days=3))
        customer.refresh_from_db()
        assert customer.last_contact_at == now

    def test_found_by_initials_and_by_phone(self, signed_in: SignIn) -> None:
        client = signed_in("shanlina")
        make("sales.customer", name="单家桥医院", phone="0512-62880001转802")
        assert self.listed(client, q="sjqyy") == ["单家桥医院"]
        assert self.listed(client, q="62880001") == ["单家桥医院"]
        assert Customer.objects.get().phone_e164 == "+8651262880001"

    def test_what_hangs_on_it_is_found_by_its_new_name(self, signed_in: SignIn) -> None:
        contact = make("sales.contact", name="钱敏")
        customer = Customer.objects.get(pk=contact.customer_id)
        customer.name = "无锡惠山康复医院"
        kind = kind_of(customer)
        save_record(kind=kind, record=customer, lines={}, rights=rights("qiuzhiyuan"))
        found = signed_in("qiuzhiyuan").get("/search/", {"q": "hskf"}).content.decode()
        assert f"/sales/contacts/{contact.pk}/" in found
        assert f"/sales/customers/{customer.pk}/" in found

    def test_who_has_a_birthday_soon(self, signed_in: SignIn) -> None:
        client, today = signed_in("shanlina"), timezone.localdate()
        soon, later = today + timedelta(days=3), today + timedelta(days=20)
        customer = make_customer()
        for name, on in (("甲", soon), ("乙", later)):
            make(
                "sales.contact",
                customer=customer.pk,
                name=name,
                birth_month=on.month,
                birth_day=on.day,
            )
        answer = client.get(reverse("kinds:list", args=["sales.contact"]), {"birthday": "7"})
        assert [row.row.name for row in answer.context["rows"]] == ["甲"]
        assert answer.context["rows"][0].row.next_birthday == soon
        assert isinstance(soon, date)
