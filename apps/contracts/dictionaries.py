"""Dictionaries of contracts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.parameters.registry import Dictionary, declare_dictionaries

declare_dictionaries(
    Dictionary(
        code="contract_category",
        label=_("Categories of contracts"),
        entries=(
            ("equipment", "设备销售"),
            ("consumables", "耗材供应"),
            ("tender", "招标采购"),
            ("framework", "框架协议"),
            ("trial", "试用转购买"),
        ),
    ),
)
