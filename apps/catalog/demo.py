"""The products of the demo company."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from django.db import transaction

from apps.catalog.models import Nature, Product, ProductCategory, TaxRate, Tracking
from apps.core.kinds.registry import kind_of
from apps.core.kinds.search import make_searchable
from apps.core.parameters.models import DictionaryEntry
from apps.people.models import Employee

FLOOR, COST = Decimal("0.80"), Decimal("0.64")  # of the standard price
HUNDREDS, TENTHS = Decimal(100), Decimal("0.1")
OWNER: Final = "linjing"

Row = tuple[str, str, str, int]  # code, name, model, standard price in yuan
EQUIPMENT: Final[Mapping[str, tuple[Row, ...]]] = {
    "超声诊断": (
        ("US-101", "全数字便携黑白超声诊断仪", "KZ-U10", 180_000),
        ("US-102", "便携式彩色多普勒超声诊断仪", "KZ-U20", 268_000),
        ("US-103", "便携式彩色超声诊断仪（心脏）", "KZ-U25", 326_000),
        ("US-201", "台式彩色多普勒超声诊断仪", "UD-620", 460_000),
        ("US-202", "台式彩色多普勒超声诊断仪", "UD-820", 680_000),
        ("US-203", "妇产专用四维彩色超声诊断仪", "UD-860", 860_000),
        ("US-301", "高端全身应用彩色超声诊断仪", "UD-960", 1_080_000),
        ("US-302", "心血管专用彩色超声诊断仪", "UD-980", 1_200_000),
    ),
    "监护": (
        ("PM-101", "多参数监护仪", "PM-8", 8_000),
        ("PM-102", "多参数监护仪", "PM-10", 12_800),
        ("PM-103", "多参数监护仪", "PM-12", 18_500),
        ("PM-201", "新生儿监护仪", "PM-12N", 22_600),
        ("PM-202", "插件式监护仪", "PM-15", 28_800),
        ("PM-203", "转运监护仪", "PM-T6", 24_500),
        ("PM-301", "中央监护站（16 床）", "CMS-16", 35_000),
    ),
    "检验": (
        ("LA-101", "三分类血液细胞分析仪", "HA-30", 46_000),
        ("LA-102", "五分类血液细胞分析仪", "HA-50", 158_000),
        ("LA-201", "全自动生化分析仪（200 速）", "CA-200", 146_000),
        ("LA-202", "全自动生化分析仪（400 速）", "CA-400", 286_000),
        ("LA-301", "化学发光免疫分析仪", "IA-120", 398_000),
        ("LA-401", "尿液分析仪", "UA-60", 16_800),
        ("LA-402", "电解质分析仪", "EA-5", 28_600),
    ),
    "心电": (
        ("EC-101", "三道心电图机", "EC-3", 9_800),
        ("EC-102", "六道心电图机", "EC-6", 16_500),
        ("EC-103", "十二道心电图机", "EC-12", 26_000),
        ("EC-201", "动态心电记录系统", "EC-H3", 48_000),
    ),
}
PARTS: Final[tuple[Row, ...]] = (
    ("SP-101", "凸阵探头", "CX5-1", 46_000),
    ("SP-102", "线阵探头", "LX12-3", 42_000),
    ("SP-103", "腔内探头", "EV9-4", 52_000),
    ("SP-104", "相控阵探头", "PX4-1", 58_000),
    ("SP-201", "血氧探头", "SO-A", 680),
    ("SP-202", "监护仪锂电池", "BT-12", 1_260),
)
CONSUMABLES: Final[tuple[Row, ...]] = (
    ("CS-101", "医用超声耦合剂", "250 ml", 18),
    ("CS-102", "心电图记录纸", "210 mm × 30 m", 26),
    ("CS-103", "一次性心电电极片", "50 片", 45),
    ("CS-201", "血球稀释液", "20 L", 320),
    ("CS-202", "生化试剂盒", "400 测试", 880),
)
SERVICES: Final[tuple[Row, ...]] = (
    ("SV-101", "安装与操作培训", "", 8_000),
    ("SV-102", "年度维护保养", "", 24_000),
    ("SV-103", "计量校准", "", 3_600),
)
UNITS: Final = ("ping", "juan", "he", "xiang", "he")  # of the consumables


@transaction.atomic
def make_products() -> dict[str, Product]:
    """The products of the demo company by code. Idempotent: what exists is left as it is."""
    if not Product.objects.exists():
        kind = kind_of(Product)
        products = [*_equipment(), *_parts(), *_consumables(), *_services()]
        for product in products:
            make_searchable(product, kind.search)
        Product.objects.bulk_create(products)
    return {product.code: product for product in Product.objects.select_related("unit")}


def _category(name: str, parent: str, position: int) -> ProductCategory:
    above, _made = ProductCategory.objects.get_or_create(name=parent, parent=None)
    category, _made = ProductCategory.objects.get_or_create(
        name=name, parent=above, defaults={"position": position}
    )
    return category


def _product(row: Row, category: ProductCategory, unit: str, tax: str, **given: object) -> Product:
    code, name, model_name, price = row
    owner = Employee.objects.get(user__username=OWNER)
    step = HUNDREDS if price >= 5_000 else TENTHS
    return Product(
        code=code,
        name=name,
        model_name=model_name,
        category=category,
        unit=DictionaryEntry.objects.get(dictionary="unit", code=unit),
        brand=DictionaryEntry.objects.get(dictionary="brand", code="own"),
        tax_rate=TaxRate.objects.get(name=tax),
        standard_price=Decimal(price),
        floor_price=_rounded(price * FLOOR, step),
        reference_cost=_rounded(price * COST / Decimal("1.13"), step),
        owner_id=owner.pk,
        department_id=owner.department_id,
        **given,
    )


def _rounded(price: Decimal, step: Decimal) -> Decimal:
    return (price / step).quantize(Decimal(1)) * step


def _equipment() -> list[Product]:
    return [
        _product(
            row,
            _category(category, "设备", position),
            "tai",
            "13%",
            tracking=Tracking.SERIAL,
            warranty_months=24 if row[3] >= 400_000 else 12,
        )
        for position, (category, rows) in enumerate(EQUIPMENT.items(), start=1)
        for row in rows
    ]


def _parts() -> list[Product]:
    category = _category("探头与配件", "配件耗材", 1)
    return [
        _product(row, category, "ge", "13%", tracking=Tracking.SERIAL, warranty_months=6)
        for row in PARTS
    ]


def _consumables() -> list[Product]:
    category = _category("耗材", "配件耗材", 2)
    return [
        _product(row, category, unit, "13%", tracking=Tracking.BATCH, safety_stock=20)
        for row, unit in zip(CONSUMABLES, UNITS, strict=True)
    ]


def _services() -> list[Product]:
    category = _category("技术服务", "服务", 1)
    return [_product(row, category, "ci", "6%", nature=Nature.SERVICE) for row in SERVICES]
