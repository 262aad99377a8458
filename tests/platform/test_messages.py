"""The catalogue checker finds what is not translated."""

from __future__ import annotations

import gettext
from pathlib import Path

import django
import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from config.messages import KEYWORDS, LOCALE, Translations, check


@pytest.fixture
def translations(tmp_path: Path) -> Translations:
    """Sources with two messages, one in Python and one in a template."""
    (tmp_path / "apps").mkdir()
    (tmp_path / "templates").mkdir()
    python = 'from django.utils.translation import gettext as _\n\n_("Hello %(name)s")\n'
    template = "{% load i18n %}\n<p>{% blocktranslate count n=n %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}</p>\n"  # noqa: E501
    (tmp_path / "apps" / "greetings.py").write_text(python)
    (tmp_path / "templates" / "days.html").write_text(template)
    return Translations(tmp_path)


def translate(translations: Translations, identifier: str, text: str, *, fuzzy: bool) -> None:
    with translations.file.open("rb") as stream:
        catalogue = read_po(stream, locale=LOCALE)
    message = catalogue.get(identifier)
    assert message is not None
    message.string = text if isinstance(message.id, str) else (text,)
    if fuzzy:
        message.flags.add("fuzzy")
    with translations.file.open("wb") as stream:
        write_po(stream, catalogue)


def test_missing_translations_are_reported_with_their_places(translations: Translations) -> None:
    assert translations.problems() == [
        "apps/greetings.py:3: not translated: 'Hello %(name)s'",
        "templates/days.html:2: not translated: '%(n)s day'",
    ]
    translations.update()
    assert len(translations.problems()) == 2
    assert check(translations) == 1


def test_messages_are_found_whatever_a_file_calls_the_function(translations: Translations) -> None:
    source = (
        "from django.utils.translation import gettext as _now\n"
        "from django.utils.translation import pgettext_lazy as said\n\n"
        '_now("Not yet")\nsaid("state", "Sent back")\n'
    )
    (translations.root / "apps" / "aliases.py").write_text(source)
    found = [line for line in translations.problems() if "aliases" in line]
    assert found == [
        "apps/aliases.py:4: not translated: 'Not yet'",
        "apps/aliases.py:5: not translated: 'Sent back'",
    ]


def test_a_complete_catalogue_passes_and_is_read_by_gettext(translations: Translations) -> None:
    translations.update()
    translate(translations, "Hello %(name)s", "%(name)s，你好", fuzzy=False)
    translate(translations, "%(n)s day", "%(n)s 天", fuzzy=False)
    assert translations.problems() == []
    assert check(translations) == 0
    translations.compile()
    with translations.file.with_suffix(".mo").open("rb") as stream:
        read = gettext.GNUTranslations(stream)
    assert read.gettext("Hello %(name)s") == "%(name)s，你好"
    assert read.ngettext("%(n)s day", "%(n)s days", 3) == "%(n)s 天"


def test_unsure_translations_are_reported(translations: Translations) -> None:
    translations.update()
    translate(translations, "Hello %(name)s", "%(name)s，你好", fuzzy=True)
    assert any("unsure" in problem for problem in translations.problems())


def test_a_lost_placeholder_is_reported(translations: Translations) -> None:
    translations.update()
    translate(translations, "Hello %(name)s", "%(nam)s，你好", fuzzy=False)
    assert any("placeholder" in problem for problem in translations.problems())


def test_an_update_keeps_translations_and_drops_what_is_gone(translations: Translations) -> None:
    translations.update()
    translate(translations, "Hello %(name)s", "%(name)s，你好", fuzzy=False)
    (translations.root / "templates" / "days.html").unlink()
    translations.update()
    assert translations.problems() == []
    assert "day" not in translations.file.read_text(encoding="utf-8")


def test_messages_of_django_that_are_translated_anew_are_djangos() -> None:
    folder = Path(django.__file__).parent
    modules = (
        *("core/validators.py", "forms/fields.py", "forms/models.py"),
        *("contrib/auth/forms.py", "contrib/auth/password_validation.py"),
    )
    djangos = {
        message
        for module in modules
        for _line, message, _comments, _context in extract_from_file(
            "python", folder / module, KEYWORDS
        )
    }
    anew = {
        message.id
        for message in Translations().extracted()
        if any(place == "config/django_messages.py" for place, _line in message.locations)
    }
    assert anew
    assert anew - djangos == set()
