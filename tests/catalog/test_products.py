"""Products, tax rates, dictionaries, parameters."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.catalog.forms import ProductForm
from apps.catalog.models import ProductCategory, TaxRate
from apps.catalog.parameters import PRICES_INCLUDE_TAX
from apps.core.parameters.models import DictionaryEntry, ParameterValue
from apps.core.parameters.registry import Parameter, parameters
from apps.core.parameters.services import fill_dictionaries, set_parameter, values
from engine.exceptions import InvalidData
from tests.contracts.factories import entry, make_product, rights
from tests.kinds.factories import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


def form(**given):
    category, _made = ProductCategory.objects.get_or_create(name="设备")
    data = {
        "code": " us-9 ",
        "name": "超声",
        "category": category.pk,
        "unit": entry("unit", "tai").pk,
        "nature": "goods",
        "tracking": "none",
        "warranty_months": 12,
        "standard_price": "100",
        "tax_rate": TaxRate.objects.get(name="13%").pk,
        "active": "on",
    }
    return ProductForm({**data, **given})


def test_codes_are_upper_case():
    found = form()
    assert found.is_valid(), found.errors
    assert found.cleaned_data["code"] == "US-9"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"floor_price": "101"}, "floor_price"),
        ({"tax_category_code": "12"}, "tax_category_code"),
        ({"nature": "service", "tracking": "serial"}, "tracking"),
        ({"standard_price": "-1"}, "standard_price"),
        ({"standard_price": "NaN"}, "standard_price"),
        ({"standard_price": "1e300"}, "standard_price"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(given, field):
    assert set(form(**given).errors) == {field}


def test_an_auxiliary_unit_says_how_many_it_holds():
    assert set(form(auxiliary_unit=entry("unit", "xiang").pk).errors) == {"per_auxiliary"}


def test_a_code_is_taken_once():
    make_product("US-9")
    assert set(form().errors) == {"code"}


def test_the_rates_of_the_law_are_there():
    names = list(TaxRate.objects.valid().values_list("name", flat=True))
    assert names == ["13%", "9%", "6%", "5%", "3%", "1%", "0%", "免税", "不征税"]
    TaxRate.objects.filter(name="3%").update(valid_to=date(2031, 3, 2))
    assert not TaxRate.objects.valid(date(2031, 3, 3)).filter(name="3%").exists()
    assert TaxRate.objects.valid(date(2031, 3, 2)).filter(name="3%").exists()


def test_dictionaries_are_filled_once_and_then_belong_to_the_firm():
    assert entry("customer_level", "A").name == "A 级"
    entry("unit", "nian").delete()
    assert fill_dictionaries() == 0
    DictionaryEntry.objects.filter(dictionary="brand").delete()
    assert fill_dictionaries() == 2


def test_a_parameter_is_its_default_until_it_is_settled():
    assert PRICES_INCLUDE_TAX.value() is True
    admin = rights("admin").user
    set_parameter(parameter=PRICES_INCLUDE_TAX, value=False, by=admin)
    assert PRICES_INCLUDE_TAX.value() is False
    assert values()["catalog.prices_include_tax"] is False
    set_parameter(parameter=PRICES_INCLUDE_TAX, value=True, by=admin)
    assert not ParameterValue.objects.exists()


def test_decimals_are_kept_exactly():
    share = Parameter(code="test.share", default=Decimal("0.10"), label="", group="")
    set_parameter(parameter=share, value=Decimal("0.30"), by=rights("admin").user)
    assert share.value() == Decimal("0.30")
    assert isinstance(share.value(), Decimal)


# --- pages ----------------------------------------------------------------------------------------
PAGES = ("/settings/parameters/", "/settings/dictionaries/unit/", "/settings/categories/")


@pytest.mark.parametrize("page", [*PAGES, "/settings/dictionaries/"])
def test_only_administrators_settle_them(signed_in, page):
    assert signed_in("admin").get(page).status_code == 200
    assert signed_in("qiuzhiyuan").get(page).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_who_may_look_may_not_change(signed_in, page):
    client = signed_in("zengguoqiang")
    assert client.get(page).status_code == 200
    assert client.post(page, {}).status_code == 403


def test_parameters_are_settled_on_their_page(signed_in):
    client = signed_in("admin")
    before = values()
    data = {code: value for code, value in before.items() if value is not False}
    data |= {"catalog.price_policy": "lowest", "company.name": "康泽"}
    del data["catalog.prices_include_tax"]  # no longer ticked
    assert client.post("/settings/parameters/", data).status_code == 302
    assert values() == {
        **before,
        "catalog.price_policy": "lowest",
        "catalog.prices_include_tax": False,
        "company.name": "康泽",
    }
    wrong = client.post("/settings/parameters/", {"catalog.price_policy": "?"})
    assert wrong.status_code == 422


NUMBERS = [code for code in parameters if parameters[code].is_number]


@pytest.mark.parametrize("code", NUMBERS)
@pytest.mark.parametrize("beyond", [-1, 999_999_999])
def test_a_number_lies_within_its_bounds(signed_in, code, beyond):
    client, before = signed_in("admin"), values()
    data = {code: value for code, value in before.items() if value is not False}
    answer = client.post("/settings/parameters/", {**data, code: beyond})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {code}
    assert f'name="{code}" value="{beyond}" min="0" max="36500"' in answer.content.decode()
    with pytest.raises(InvalidData) as refused:
        set_parameter(parameter=parameters[code], value=beyond, by=rights("admin").user)
    assert refused.value.data["errors"].keys() == {code}
    assert values() == before


@pytest.mark.parametrize("stored", [-1, 999_999_999])
def test_numbers_settled_before_they_had_bounds_do_no_harm(signed_in, stored):
    for code in NUMBERS:
        ParameterValue.objects.create(code=code, value=stored)
    assert {values()[code] for code in NUMBERS} == {0 if stored < 0 else 36_500}
    client = signed_in("shanlina")
    for page in ("/sales/team/", "/sales/customers/?contact=long"):
        assert client.get(page).status_code == 200
    assert bool(make("sales.customer").protected_until) is (stored > 0)


def rows_of(queryset, prefix: str, fields, extra=()):
    rows = [{"id": row.pk, **{f: getattr(row, f) for f in fields}} for row in queryset]
    rows += extra
    data = {
        f"{prefix}-TOTAL_FORMS": len(rows),
        f"{prefix}-INITIAL_FORMS": len(rows) - len(extra),
    }
    for number, row in enumerate(rows):
        for name, value in row.items():
            if value is not False:
                data[f"{prefix}-{number}-{name}"] = value
    return data


def test_an_entry_in_use_is_not_taken_out(signed_in):
    make_product()
    client, fields = signed_in("admin"), ("code", "name", "active", "position")
    units = DictionaryEntry.objects.filter(dictionary="unit")
    data = rows_of(
        units, "dictionaryentry", fields, ({"code": "dui", "name": "对", "position": 99},)
    )
    assert client.post("/settings/dictionaries/unit/", data).status_code == 302
    assert units.get(code="dui").name == "对"
    data = rows_of(units, "dictionaryentry", fields)
    client.post("/settings/dictionaries/unit/", {**data, "dictionaryentry-0-DELETE": "on"})
    assert units.filter(code="tai").exists()
