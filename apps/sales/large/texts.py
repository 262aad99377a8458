"""What things are called: of each number one text, the same at each run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle
from typing import Final

from stdnum.cn import uscc

from apps.core.kinds.search import readings
from apps.sales.duplicates import normal_name

CITIES: Final = (  # city, region, area code
    ("苏州", "jiangsu", "0512"),
    ("无锡", "jiangsu", "0510"),
    ("南京", "jiangsu", "025"),
    ("常州", "jiangsu", "0519"),
    ("南通", "jiangsu", "0513"),
    ("徐州", "jiangsu", "0516"),
    ("上海", "shanghai", "021"),
    ("杭州", "zhejiang", "0571"),
    ("宁波", "zhejiang", "0574"),
    ("温州", "zhejiang", "0577"),
    ("嘉兴", "zhejiang", "0573"),
    ("合肥", "anhui", "0551"),
    ("芜湖", "anhui", "0553"),
    ("广州", "guangdong", "020"),
    ("深圳", "guangdong", "0755"),
    ("佛山", "guangdong", "0757"),
    ("福州", "fujian", "0591"),
    ("厦门", "fujian", "0592"),
    ("武汉", "other", "027"),
    ("成都", "other", "028"),
    ("济南", "other", "0531"),
    ("青岛", "other", "0532"),
    ("西安", "other", "029"),
)
SORTS: Final = (
    ("医院", "hospital"),
    ("综合门诊部", "clinic"),
    ("体检中心", "examination"),
    ("医学检验所", "laboratory"),
    ("妇幼保健院", "maternity"),
    ("康复医院", "rehabilitation"),
    ("宠物医院", "veterinary"),
    ("医疗器械有限公司", "distributor"),
    ("口腔门诊部", "clinic"),
    ("护理院", "rehabilitation"),
    ("医疗科技有限公司", "distributor"),
)
DISTRICTS: Final = ("", "城东", "城西", "新区")
FIRST: Final = "安康瑞华仁和德信博爱同济宏达恒泰永嘉广明慈惠民天祥福佑春新元正东方润海诚益"
SECOND: Final = "康宁泰安和平济民爱仁慈信诚达源丰华瑞祥福寿春晖明远海川林森峰岳文景云鹏飞腾辉"
SURNAMES: Final = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余单解"
)
GIVEN: Final = "志建文海晓雅丽思玉立国明伟秀春红军平东宁强芳敏静磊洋勇艳杰娟涛超霞桂"
TOPICS: Final = (
    "介绍彩超新品",
    "回访使用情况",
    "确认预算",
    "送方案",
    "谈付款方式",
    "约演示时间",
    "演示监护仪",
    "了解招标进度",
    "核对报价",
    "拜访设备科",
    "拜访科室主任",
    "培训操作人员",
)
NEEDS: Final = ("彩超更新", "监护扩容", "检验流水线", "心电网络建设", "急诊设备更换", "耗材框架")
FIRMS: Final = len(CITIES) * len(SORTS) * len(DISTRICTS) * len(FIRST) * len(SECOND)
"""How many firms have a name of their own."""


_normal = lru_cache(normal_name)


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm by its number."""

    number: int
    parts: tuple[str, str, str]  # where it is, its own name, what it is
    region: str
    industry: str
    phone: str
    tax_id: str
    address: str

    @property
    def name(self) -> str:
        return "".join(self.parts)

    @property
    def short(self) -> str:
        return "".join(self.parts[:2])

    @property
    def name_normal(self) -> str:
        """A legal form stands in the last part only."""
        return self.short + _normal(self.parts[2])

    @property
    def phone_e164(self) -> str:
        return "+86" + self.phone.replace("-", "")[1:]


def firm(number: int) -> Firm:
    """No two have the same name, tax id or phone."""
    mixed = number * 1_000_003 % FIRMS  # a prime: neighbours have little in common
    mixed, city = divmod(mixed, len(CITIES))
    mixed, sort = divmod(mixed, len(SORTS))
    mixed, district = divmod(mixed, len(DISTRICTS))
    second, first = divmod(mixed, len(FIRST))
    (town, region, code), (kind, industry) = CITIES[city], SORTS[sort]
    brand = FIRST[first] + SECOND[second]
    body = f"91320500MA{number:07d}"
    return Firm(
        number=number,
        parts=(town + DISTRICTS[district], brand, kind),
        region=region,
        industry=industry,
        phone=f"{code}-6{number:07d}",
        tax_id=body + uscc.calc_check_digit(body),
        address=f"{town}市{brand[0]}民路{number % 900 + 1}号",
    )


def person(number: int) -> tuple[str, str]:
    """Surname and given name of somebody; they come again, as they do."""
    mixed, surname = divmod(number * 7919, len(SURNAMES))
    mixed, given = divmod(mixed, len(GIVEN))
    return SURNAMES[surname], GIVEN[given] + (GIVEN[mixed % len(GIVEN)] if number % 3 else "")


def read(parts: tuple[str, ...]) -> Iterable[str]:
    """The readings of a text, from those of its parts: these come again, and are kept. The first
    part may be read in two ways."""
    first, *others = map(readings, parts or ("",))
    if not others:
        return first
    plain, *rest = map("".join, zip(*others, strict=True))
    begun, *ways = first
    return [begun + plain, *(way + end for way, end in zip(ways, cycle(rest)))]


def mobile(number: int) -> str:
    return f"{13800000000 + number}"
