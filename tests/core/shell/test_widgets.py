"""Widgets that are drawn once and kept."""

from __future__ import annotations

from django import forms
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, override

from apps.core.shell import widgets
from apps.core.shell.widgets import drawn_widget


class Form(forms.Form):
    text = forms.CharField(required=False, label=gettext_lazy("Search"))
    choice = forms.ChoiceField(choices=[("", gettext_lazy("All")), ("1", "<b>")], required=False)


def drawn(name: str, **typed: str) -> str:
    return str(Form(typed)[name])


def test_a_widget_shows_what_was_typed_there() -> None:
    assert 'value="one"' in drawn("text", text="one")
    assert 'value="two"' in drawn("text", text="two")
    assert 'value="one"' in drawn("text", text="one")
    assert "selected" not in drawn("choice").partition("&lt;b&gt;")[0].rpartition("value=")[2]
    assert '<option value="1" selected>&lt;b&gt;' in drawn("choice", choice="1")


def test_a_widget_is_of_its_language() -> None:
    told = []
    for language in ("en", "zh-hans"):
        with override(language):
            told.append(drawn("choice"))
    assert told[0] != told[1]


def test_what_differs_in_kind_only_is_drawn_by_itself() -> None:
    """Django shows `True` as an attribute without a value, and markup as it is."""
    looks = [True, 1, "1", "<b>", mark_safe("<b>"), None]
    shown = [
        drawn_widget(lambda _template, context: repr(context["widget"]), "x", {"widget": look})
        for look in looks
    ]
    assert shown == [repr(look) for look in looks]


def test_what_somebody_made_long_is_not_kept(monkeypatch) -> None:
    kept: dict[bytes, str] = {}
    monkeypatch.setattr(widgets, "_kept", kept)
    drawn("text", text="x" * (widgets.TYPED + 1))
    drawn_widget(lambda *_given: "x" * (widgets.LONGEST + 1), "x", {"widget": "long"})
    assert kept == {}
    for number in range(widgets.KEPT + 5):
        drawn_widget(lambda *_given: "", "x", {"widget": number})
    assert len(kept) == widgets.KEPT


def test_what_isnt_its_value_alone_is_drawn_each_time() -> None:
    times = []
    for _time in range(2):
        drawn_widget(lambda *_given: times.append(1) or "", "x", {"widget": object()})
    assert len(times) == 2
