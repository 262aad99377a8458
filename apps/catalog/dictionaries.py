"""Dictionaries of products."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.parameters.registry import Dictionary, declare_dictionaries

declare_dictionaries(
    Dictionary(
        code="unit",
        label=_("Units"),
        entries=(
            ("tai", "台"),
            ("tao", "套"),
            ("zhi", "支"),
            ("ge", "个"),
            ("jian", "件"),
            ("he", "盒"),
            ("xiang", "箱"),
            ("juan", "卷"),
            ("ping", "瓶"),
            ("ci", "次"),
            ("nian", "年"),
        ),
    ),
    Dictionary(code="brand", label=_("Brands"), entries=(("own", "康泽"), ("other", "其他"))),
)
