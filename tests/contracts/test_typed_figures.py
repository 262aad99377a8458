"""Of figures that follow from each other, the one that was typed stays: in lines and instalments,
on pages with scripts and without, pasted, copied, and over REST."""

from __future__ import annotations

import re
from typing import Any

import pytest

from apps.contracts.models import SalesContract
from apps.core.kinds.addresses import url_of
from apps.core.kinds.registry import kinds
from tests.kinds.factories import make, posted, typed

KEY = "contracts.salescontract"
SELLER = "qiuzhiyuan"
API = "/api/v1/contracts/sales-contracts/"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


@pytest.fixture
def client(signed_in) -> Any:
    return signed_in(SELLER)


def sent(**given: Any) -> Any:
    return posted(KEY, typed(KEY, **given))


def instalments() -> list[tuple[Any, ...]]:
    found = SalesContract.objects.latest("pk").instalments.order_by("row")
    return list(found.values_list("percent", "amount", "by_amount"))


@pytest.fixture
def lines() -> list[dict[str, Any]]:
    """Two of a product that costs 1000."""
    return [{"product": make("catalog.product", standard_price="1000").pk, "quantity": "2"}]


@pytest.fixture
def form(lines) -> dict[str, Any]:
    """What is typed into a new contract of 2000, but for its schedule."""
    given = {"lines": lines, "effective_on": "2032-03-03", "ends_on": ""}
    return sent(**given, customer=make("sales.customer").pk, instalments=[]).dict()


def schedule(*rows: dict[str, str]) -> dict[str, str]:
    """Instalments as a form sends them."""
    found = {"instalments-count": str(len(rows))}
    for index, row in enumerate(rows):
        row = {"label": f"第{index + 1}期", "rule": "signed", "days": "0", **row}
        found |= {f"instalments-{index}-{name}": text for name, text in row.items()}
    return found


# --- without scripts ------------------------------------------------------------------------------
INPUT = re.compile(
    r'<input[^>]*? name="((?:lines|instalments)-\d-[^"]+|[^"]+-before)"(?:[^>]*? value="([^"]*)")?'
)


@pytest.fixture
def page(client, form) -> Any:
    """A new contract without scripts: press a button after typing; what its inputs hold then, or
    what was saved of its line and its instalment."""
    inputs = form

    def press(button: str, **typed_now: str) -> Any:
        inputs.update({name.replace("__", "-"): value for name, value in typed_now.items()})
        url = url_of(kinds[KEY], "new" if button == "save" else "preview")
        answer = client.post(url, inputs | {"do": button}, headers={"accept": "text/html"})
        if answer.status_code == 302:
            return {
                **SalesContract.objects.get().lines.values("quantity", "offer", "gross").get(),
                "instalments": instalments(),
            }
        inputs.update(INPUT.findall(answer.content.decode()))
        return inputs

    begun = dict(INPUT.findall(client.get(url_of(kinds[KEY], "new")).content.decode()))
    inputs |= {name: text for name, text in begun.items() if name not in inputs}
    return press


REFUSED = {"ends_on": "2031-01-01"}
ROUNDS = [("save", REFUSED), ("lines:add", {})]


@pytest.mark.parametrize(("button", "more"), ROUNDS)
@pytest.mark.parametrize(
    ("given", "first", "gross"),
    [
        ({}, "2000", 3000),
        ({"lines__0__rate": "90"}, "1800", 2700),
        ({"lines__0__price": "800"}, "1600", 2400),
        ({"lines__0__gross": "1700"}, "1700", 1700),
        ({"lines__0__offer": "700"}, "1400", 2100),
    ],
)
def test_what_was_worked_out_is_not_taken_for_typed(
    page, button, more, given, first, gross
) -> None:
    assert page(button, **given, **more)["lines-0-gross"] == first
    page(button)  # and once more
    assert page("save", lines__0__quantity="3", ends_on="")["gross"] == gross


@pytest.mark.parametrize(("button", "more"), ROUNDS)
def test_what_is_typed_last_counts(page, button, more) -> None:
    page(button, lines__0__gross="1700", **more)
    page(button, lines__0__price="800")
    page(button, lines__0__rate="90")
    assert page(button, lines__0__quantity="3")["lines-0-gross"] == "2700"
    page(button, lines__0__offer="700")
    saved = page("save", lines__0__quantity="4", ends_on="")
    assert (saved["quantity"], saved["offer"], saved["gross"]) == (4, 700, 2520)


INSTALMENT = {
    "instalments__count": "1",
    "instalments__0__label": "货款",
    "instalments__0__rule": "signed",
}


@pytest.mark.parametrize(("button", "more"), ROUNDS)
@pytest.mark.parametrize(
    ("given", "first", "kept"),
    [
        ({"amount": "777.77"}, ("38.8885", "777.77"), (25.9257, 777.77, True)),
        ({"percent": "33"}, ("33", "660"), (33, 990, False)),
    ],
)
def test_an_instalment_stays_what_was_typed(page, button, more, given, first, kept) -> None:
    now = {f"instalments__0__{name}": text for name, text in given.items()}
    said = page(button, **INSTALMENT, **now, **more)
    assert (said["instalments-0-percent"], said["instalments-0-amount"]) == first
    page(button)  # and once more
    saved = page("save", lines__0__quantity="3", ends_on="")
    ((percent, amount, by_amount),) = saved["instalments"]
    assert (float(percent), float(amount), by_amount) == kept


def test_an_instalment_is_what_is_typed_last(page) -> None:
    page("lines:add", **INSTALMENT, instalments__0__amount="500")
    page("lines:add", instalments__0__percent="50")
    page("lines:add", instalments__0__amount="600")
    page("lines:add", instalments__0__percent="40")
    assert page("save", lines__0__quantity="3")["instalments"] == [(40, 1200, False)]


# --- with scripts ---------------------------------------------------------------------------------
@pytest.fixture
def live(client, form) -> Any:
    """A new contract with scripts, where one types; what the inputs of its instalment hold then."""
    inputs = form | {"alive": "1"} | schedule({"by_amount": "False"})

    def type_in(**typed_now: str) -> dict[str, str]:
        for name, text in typed_now.items():
            inputs[name if name.startswith("lines") else f"instalments-0-{name}"] = text
            if name in ("percent", "amount"):
                inputs["instalments-0-by_amount"] = str(name == "amount")
            url = url_of(kinds[KEY], "preview")
            answer = client.post(url, inputs, headers={"accept": "application/json"})
            inputs.update(answer.json()["values"])
        return inputs

    return type_in


def test_a_typed_amount_stays_under_another_total(client, live) -> None:
    said = live(amount="777.77")
    assert said["instalments-0-percent"] == "38.8885"
    said = live(**{"lines-0-quantity": "4"})
    assert (said["instalments-0-percent"], said["instalments-0-amount"]) == ("19.4443", "777.77")
    for _time in range(2):
        assert client.post(url_of(kinds[KEY], "new"), said).status_code == 302
        ((_percent, amount, by_amount),) = instalments()
        assert (float(amount), by_amount) == (777.77, True)


def test_an_amount_taken_out_again_leaves_the_percentage(live) -> None:
    live(percent="50", amount="700")
    said = live(amount="")
    assert (said["instalments-0-amount"], said["instalments-0-by_amount"]) == ("700", "False")
    said = live(**{"lines-0-quantity": "4"})
    assert said["instalments-0-amount"] == "1400"


def test_a_row_that_was_emptied_again_is_none(client, form) -> None:
    said = form | {"alive": "1"} | schedule({"label": "", "by_amount": "True"})
    assert client.post(url_of(kinds[KEY], "new"), said).status_code == 302
    assert instalments() == []


def test_thirds_add_up_and_stay_percentages(client, form) -> None:
    rows = schedule(
        *[{"percent": text, "by_amount": "False"} for text in ("33.33", "33.33", "33.34")]
    )
    said = form | rows | {"alive": "1", "lines-0-gross": "100.01", "lines-0-typed": "gross"}
    url = url_of(kinds[KEY], "preview")
    said |= client.post(url, said, headers={"accept": "application/json"}).json()["values"]
    assert client.post(url_of(kinds[KEY], "new"), said).status_code == 302
    assert (
        sum(amount for _percent, amount, _by in instalments()) == SalesContract.objects.get().gross
    )
    assert not any(by_amount for *_figures, by_amount in instalments())


# --- a stored one ---------------------------------------------------------------------------------
def test_saving_and_copying_a_contract_change_no_figure(client, form) -> None:
    rows = schedule({"amount": "666.66"}, {"percent": "66.667"})
    assert client.post(url_of(kinds[KEY], "new"), form | rows).status_code == 302
    contract, was = SalesContract.objects.get(), instalments()
    for shown, place in (("edit", "edit"), ("copy", "new")):
        page = client.get(url_of(kinds[KEY], shown, contract.pk)).content.decode()
        again = form | schedule({}, {}) | dict(INPUT.findall(page))
        again["version"] = str(contract.version)
        url = url_of(kinds[KEY], place, *([contract.pk] if place == "edit" else []))
        assert client.post(url, again).status_code == 302
        assert instalments() == was
    assert SalesContract.objects.count() == 2
    twice = SalesContract.objects.latest("pk")
    body = client.get(f"{API}{twice.pk}/").json()
    body["lines"][0]["quantity"] = "4"
    assert client.put(f"{API}{twice.pk}/", body, "application/json").status_code == 200
    assert [(float(a), by) for _p, a, by in instalments()] == [(666.66, True), (2666.68, False)]


# --- by programs ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("row", "by_amount"),
    [
        ({"amount": "500"}, True),
        ({"percent": "25"}, False),
        ({"percent": "25", "amount": "500"}, False),
        ({"percent": "25", "amount": "500", "by_amount": True}, True),
        ({"percent": "25", "amount": "500", "by_amount": False}, False),
        ({"percent": "25", "by_amount": True}, False),
    ],
)
def test_a_program_says_which_or_the_percentage_counts(client, lines, row, by_amount) -> None:
    row = {"label": "货款", "rule": "signed", **row}
    given = {"customer": make("sales.customer").pk, "lines": lines, "instalments": [row]}
    made = client.post(API, typed(KEY, **given), "application/json")
    assert made.status_code == 201, made.json()
    assert instalments() == [(25, 500, by_amount)]
    (answered,) = made.json()["instalments"]
    assert answered["by_amount"] is by_amount
    body = {**made.json(), "instalments": [{**answered, "amount": "600"}]}
    changed = client.put(f"{API}{body['id']}/", body, "application/json")
    assert changed.status_code == 200, changed.json()
    assert instalments() == [(30, 600, True)]
    (answered,) = changed.json()["instalments"]
    body = {**changed.json(), "instalments": [{**answered, "percent": "10"}]}
    assert client.put(f"{API}{body['id']}/", body, "application/json").status_code == 200
    assert instalments() == [(10, 200, False)]


@pytest.mark.parametrize("said", ["8.5折", "85折", "85", " 85 % ", "8.50 折"])
@pytest.mark.parametrize("pasted", [False, True])
def test_a_discount_is_understood_as_it_is_said(client, form, said, pasted) -> None:
    if pasted:
        cell = {"lines-paste": said, "lines-from": "rate", "do": "lines:paste:0"}
        url = url_of(kinds[KEY], "preview")
        answer = client.post(url, form | cell, headers={"accept": "text/html"})
        inputs = dict(INPUT.findall(answer.content.decode()))
        assert inputs["lines-0-gross"] == "1700"
    else:
        saved = form | {"lines-0-rate": said, "lines-0-typed": "rate"}
        assert client.post(url_of(kinds[KEY], "new"), saved).status_code == 302
        (line,) = SalesContract.objects.latest("pk").lines.all()
        assert (line.rate, line.gross) == (85, 1700)


# --- pasted ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("alive", ["", "1"])
@pytest.mark.parametrize(
    ("cells", "name", "value"),
    [
        ("\t1700", "gross", "1700"),
        ("800\t", "price", "800"),
        ("800\t1500", "gross", "1500"),
    ],
)
def test_what_is_pasted_was_typed(client, form, alive, cells, name, value) -> None:
    form |= {"alive": alive, "lines-paste": cells, "lines-from": "price", "do": "lines:paste:0"}
    url = url_of(kinds[KEY], "preview")
    answer = client.post(url, form, headers={"accept": "text/html"})
    inputs = dict(INPUT.findall(answer.content.decode()))
    assert (inputs["lines-0-typed"], inputs[f"lines-0-{name}"]) == (name, value)


@pytest.mark.parametrize("alive", ["", "1"])
@pytest.mark.parametrize(
    ("cells", "kept"),
    [("\t500", ("True", "25", "500")), ("30\t", ("False", "30", "600"))],
)
def test_pasted_instalments_are_what_their_cells_say(client, form, alive, cells, kept) -> None:
    form |= {"alive": alive, "instalments-paste": f"预付\tsigned\t0\t\t{cells}"}
    form |= {"do": "instalments:paste"}
    url = url_of(kinds[KEY], "preview")
    answer = client.post(url, form, headers={"accept": "text/html"})
    inputs = dict(INPUT.findall(answer.content.decode()))
    found = tuple(inputs[f"instalments-0-{name}"] for name in ("by_amount", "percent", "amount"))
    assert found == kept


@pytest.mark.parametrize(
    "heading",
    ["数量\t商品\t折扣率（%）\t没有这一列", "QUANTITY\tproduct *\tDiscount rate\tno such column"],
)
def test_a_pasted_heading_says_which_columns_follow_and_is_no_line(client, form, heading) -> None:
    product = make("catalog.product", code="PM-77", standard_price="1000")
    form |= {"lines-paste": f"{heading}\n3\t{product.code}\t90\tx\n4\tPM-77\t80\ty\n"}
    form |= {"do": "lines:paste:0"}
    answer = client.post(url_of(kinds[KEY], "preview"), form, headers={"accept": "text/html"})
    inputs = dict(INPUT.findall(answer.content.decode()))
    rows = [(inputs[f"lines-{n}-quantity"], inputs[f"lines-{n}-rate"]) for n in (0, 1)]
    assert rows == [("3", "90"), ("4", "80")]
    assert answer.context["editor"].grids[0].count == 2
    assert "没有这一列" not in answer.content.decode()


def test_a_line_of_data_is_no_heading(client, form) -> None:
    form |= {"lines-paste": "数量\t3\n", "lines-from": "product", "do": "lines:paste:0"}
    answer = client.post(url_of(kinds[KEY], "preview"), form, headers={"accept": "text/html"})
    assert dict(INPUT.findall(answer.content.decode()))["lines-0-quantity"] == "3"
