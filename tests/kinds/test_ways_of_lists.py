"""What a list offers before anybody has saved a filter, and what leads on from it."""

from __future__ import annotations

import pytest
from django.utils.functional import Promise

from apps.core.kinds.registry import kinds
from apps.people.models import User
from apps.sales.contacts.models import Calendar, Contact
from apps.sales.team.models import MeasureCode, SalesTarget

LEADS, OPPORTUNITIES = "/sales/leads/", "/sales/opportunities/"


def test_what_kinds_call_their_filters_is_told_in_everybodys_language() -> None:
    told = [(*kinds[key].shortcuts, *kinds[key].looks) for key in kinds]
    labels = [label for ways in told for label, _ in ways]
    assert labels
    assert [label for label in labels if not isinstance(label, Promise)] == []


@pytest.mark.django_db
@pytest.mark.usefixtures("company")
class TestLists:
    def test_a_shortcut_asks_for_ones_own_rows_and_is_marked(self, signed_in) -> None:
        client = signed_in("xiexiaomei")
        me = User.objects.get(username="xiexiaomei").pk
        mine = f"?owner={me}"
        offered = client.get(LEADS).context["shortcuts"]
        assert offered[0][1:] == (mine, False)
        chosen = {href: on for _, href, on in client.get(LEADS + mine).context["shortcuts"]}
        assert [href for href, on in chosen.items() if on] == [mine]

    def test_other_ways_to_look_keep_the_filters_of_the_list(self, signed_in) -> None:
        answer = signed_in("shanlina").get(OPPORTUNITIES, {"state": "open"})
        ways = [(url, chosen) for _, url, chosen in answer.context["looks"]]
        assert ways == [
            ("/sales/board/?state=open", False),
            ("/sales/funnel/?state=open", False),
            ("", True),
        ]

    def test_a_list_loaded_anew_exports_what_it_shows(self, signed_in) -> None:
        answer = signed_in("shanlina").get(
            OPPORTUNITIES,
            {"state": "won"},
            headers={"HX-Request": "true", "HX-Target": "list"},
        )
        text = answer.content.decode()
        assert 'id="list-acts" hx-swap-oob="true"' in text
        assert "/sales/opportunities/export/?state=won" in text


def test_a_birthday_says_its_calendar() -> None:
    solar = Contact(birth_month=8, birth_day=3)
    lunar = Contact(birth_year=1984, birth_month=8, birth_day=28, birth_calendar=Calendar.LUNAR)
    assert Contact().birthday == ""
    assert solar.birthday == "08-03"
    assert lunar.birthday.endswith("1984-08-28") and lunar.birthday != "1984-08-28"


def test_a_target_is_told_in_what_it_measures() -> None:
    amount = SalesTarget(measure=MeasureCode.CONTRACTS, amount=900000)
    number = SalesTarget(measure=MeasureCode.NEW_CUSTOMERS, amount=3)
    assert (amount.goal, number.goal) == ("¥900,000.00", "3")
