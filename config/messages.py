"""Message catalogues without gettext's programs: `python -m config.messages update|check|compile`.

Babel reads Python; Django's `templatize` turns templates into something that Babel reads.
English is the message id; `locale/zh_Hans` is kept complete, which `check` proves.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = "zh_Hans"
SOURCES = ("apps", "config", "engine", "templates")
# Function name → which of its arguments are ids; "c" marks the context.
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
ALIAS = re.compile(r"\b(\w*gettext\w*) as (\w+)")  # from … import gettext_lazy as _lazy


@dataclass(frozen=True)
class Translations:
    """The sources below `root` and their catalogue."""

    root: Path = ROOT

    @property
    def file(self) -> Path:
        return self.root / "locale" / LOCALE / "LC_MESSAGES" / "django.po"

    def extracted(self) -> Catalog:
        """All messages of the sources, with the places where they are used."""
        catalogue = _empty()
        for file in self._sources():
            text = file.read_text(encoding="utf-8")
            if file.suffix != ".py":
                text = _as_python(text, str(file))
            stream = io.BytesIO(text.encode())
            place = str(file.relative_to(self.root))
            for line, message, _comments, context in extract(
                "python", stream, _keywords(text), options={"encoding": "utf-8"}
            ):
                catalogue.add(message, locations=[(place, line)], context=context)
        return catalogue

    def _sources(self) -> Iterator[Path]:
        for folder in SOURCES:
            for file in sorted((self.root / folder).rglob("*")):
                if file.suffix in (".py", ".html", ".txt") and "migrations" not in file.parts:
                    yield file

    def written(self) -> Catalog:
        """The catalogue as it lies in the repository."""
        if not self.file.exists():
            return _empty()
        with self.file.open("rb") as stream:
            return read_po(stream, locale=LOCALE)

    def update(self) -> None:
        """Bring new ids into the catalogue and drop old ones; translations are kept."""
        catalogue = self.written()
        catalogue.update(self.extracted(), no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("wb") as stream:
            # No line numbers: every change of the sources would change the catalogue.
            write_po(stream, catalogue, width=100, include_lineno=False)

    def problems(self) -> list[str]:
        """What is missing, unsure or wrong, with the place of its use; empty if all is well."""
        have = self.written()
        found = []
        for message in self.extracted():
            if message.id:
                found += _problems_of(message, have.get(message.id, message.context))
        return found

    def compile(self) -> None:
        """Write the binary form that Django reads, where the catalogue is newer."""
        if not self.file.exists():
            return
        binary = self.file.with_suffix(".mo")
        if binary.exists() and binary.stat().st_mtime_ns >= self.file.stat().st_mtime_ns:
            return
        temporary = binary.with_suffix(".new")
        with temporary.open("wb") as stream:
            write_mo(stream, self.written())
        temporary.rename(binary)


def _empty() -> Catalog:
    return Catalog(
        locale=LOCALE,
        project="Lingdang CRM",
        version="1",
        header_comment="# Chinese of Lingdang CRM.",
        fuzzy=False,
    )


def _keywords(source: str) -> dict[str, object]:
    """The functions that name messages, also by the names under which a file imports them."""
    known = {name: KEYWORDS[of] for of, name in ALIAS.findall(source) if of in KEYWORDS}
    return {**KEYWORDS, **known}


def _as_python(template: str, name: str) -> str:
    # Imported here: compiling at set-up needs no Django.
    from django.utils.translation.template import templatize

    # What a template indents is no block of Python.
    return "\n".join(line.lstrip() for line in templatize(template, origin=name).split("\n"))


def _problems_of(wanted: Message, have: Message | None) -> list[str]:
    place = ", ".join(f"{file}:{line}" for file, line in wanted.locations[:3])
    name = wanted.id if isinstance(wanted.id, str) else wanted.id[0]
    if have is None or not _complete(have):
        return [f"{place}: not translated: {name!r}"]
    if have.fuzzy:
        return [f"{place}: translation marked as unsure: {name!r}"]
    return [f"{place}: {problem}: {name!r}" for problem in have.check()]


def _complete(message: Message) -> bool:
    texts = [message.string] if isinstance(message.string, str) else message.string
    return bool(texts) and all(texts or ())


def check(translations: Translations) -> int:
    """Print what is wrong; 1 if anything is."""
    found = translations.problems()
    for line in found:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"message catalogue {LOCALE}: {len(found)} problems\n")
    return 1 if found else 0


def main(arguments: list[str]) -> int:
    translations = Translations()
    match arguments:
        case ["update"]:
            translations.update()
        case ["compile"]:
            translations.compile()
        case ["check"]:
            return check(translations)
        case _:
            sys.stderr.write("use: python -m config.messages update|check|compile\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
