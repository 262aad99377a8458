"""Dictionaries of customers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.parameters.registry import Dictionary, declare_dictionaries

declare_dictionaries(
    Dictionary(
        code="customer_level",
        label=_("Customer levels"),
        entries=(("A", "A 级"), ("B", "B 级"), ("C", "C 级")),
    ),
    Dictionary(
        code="industry",
        label=_("Industries"),
        entries=(
            ("hospital", "医院"),
            ("clinic", "诊所与门诊部"),
            ("examination", "体检中心"),
            ("laboratory", "检验机构"),
            ("maternity", "妇幼保健"),
            ("rehabilitation", "康复与养老"),
            ("veterinary", "宠物医院"),
            ("distributor", "经销商"),
        ),
    ),
    Dictionary(
        code="region",
        label=_("Regions"),
        entries=(
            ("jiangsu", "江苏"),
            ("shanghai", "上海"),
            ("zhejiang", "浙江"),
            ("anhui", "安徽"),
            ("guangdong", "广东"),
            ("fujian", "福建"),
            ("other", "其他"),
        ),
    ),
    Dictionary(
        code="customer_source",
        label=_("Sources of customers"),
        entries=(
            ("exhibition", "展会"),
            ("recommended", "客户介绍"),
            ("tender", "招标平台"),
            ("website", "公司网站"),
            ("telephone", "电话开发"),
            ("partner", "渠道伙伴"),
        ),
    ),
    Dictionary(
        code="stage_reason",
        label=_("Reasons for dormancy and closing"),
        entries=(
            ("no_need", "暂无需求"),
            ("budget", "预算推迟"),
            ("unreachable", "长期联系不上"),
            ("competitor", "选择了竞争对手"),
            ("price", "价格谈不拢"),
            ("gone", "客户停业或注销"),
            ("other", "其他"),
        ),
    ),
    Dictionary(
        code="contact_role",
        label=_("Roles of contacts"),
        entries=(
            ("decides", "决策人"),
            ("uses", "使用科室"),
            ("equipment", "设备科"),
            ("purchases", "采购"),
            ("pays", "财务"),
            ("other", "其他"),
        ),
    ),
    Dictionary(
        code="purchase_timing",
        label=_("When leads want to buy"),
        entries=(
            ("month", "一个月内"),
            ("quarter", "三个月内"),
            ("half_year", "半年内"),
            ("year", "一年内"),
            ("undecided", "未定"),
        ),
    ),
    Dictionary(
        code="win_reason",
        label=_("Reasons for winning"),
        entries=(
            ("performance", "产品性能"),
            ("price", "价格优势"),
            ("service", "服务与响应"),
            ("relationship", "客户关系"),
            ("brand", "品牌口碑"),
            ("other", "其他"),
        ),
    ),
    Dictionary(
        code="loss_reason",
        label=_("Reasons for losing"),
        entries=(
            ("price", "价格过高"),
            ("competitor", "选择竞品"),
            ("budget", "预算取消或不足"),
            ("performance", "产品不满足需求"),
            ("postponed", "项目搁置"),
            ("delivery", "交货期不满足"),
            ("other", "其他"),
        ),
    ),
    Dictionary(
        code="presales_support",
        label=_("Kinds of presales support"),
        entries=(
            ("solution", "方案编写"),
            ("demonstration", "产品演示"),
            ("survey", "现场勘查"),
            ("quotation", "技术报价"),
            ("tender", "投标支持"),
            ("training", "技术交流"),
            ("other", "其他"),
        ),
    ),
    Dictionary(
        code="activity_kind",
        label=_("Kinds of activity"),
        entries=(
            ("call", "电话"),
            ("visit", "拜访"),
            ("wechat", "微信"),
            ("demonstration", "演示"),
            ("meeting", "会议"),
            ("mail", "邮件"),
            ("exhibition", "展会"),
            ("other", "其他"),
        ),
    ),
)
