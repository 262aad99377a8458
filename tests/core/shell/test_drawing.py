"""Parts of pages that are drawn once and kept."""

from __future__ import annotations

import pytest
from django.utils.safestring import mark_safe
from django.utils.translation import override

from apps.core.shell.drawing import drawn

TOAST = "core/_toast.html"


def test_what_is_kept_is_of_these_values_and_this_language() -> None:
    shown = drawn(TOAST, icon="x", tone="red", text="<b>")
    assert "&lt;b&gt;" in shown
    assert drawn(TOAST, icon="x", tone="red", text="<b>") is shown
    assert drawn(TOAST, icon="x", tone="red", text="c") != shown
    with override("en"):
        assert drawn(TOAST, icon="x", tone="red", text="<b>") is not shown


def test_markup_is_refused() -> None:
    with pytest.raises(TypeError):
        drawn(TOAST, icon="x", tone="red", text=mark_safe("<b>"))
