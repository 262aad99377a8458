"""How pages say things, by language."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from apps.core.inbox.wording import listed


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Finance, 单丽娜"), ("zh-hans", "Finance、单丽娜")]
)
def test_names_follow_each_other_as_the_language_does_it(language, said):
    with override(language):
        assert listed(["Finance", "单丽娜"]) == said
