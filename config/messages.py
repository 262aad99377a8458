"""Message catalogues without gettext's programs: `python -m config.messages update|check|compile`.

Babel reads Python; Django's `templatize` turns templates into something that Babel reads.
English is the message id; `locale/zh_Hans` is kept complete, which `check` proves.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
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


def _empty() -> Catalog:
    return Catalog(
        locale=LOCALE,
        project="Lingdang CRM",
        version="1",
        header_comment="# Chinese of Lingdang CRM.",
        fuzzy=False,
    )


def extracted() -> Catalog:
    """All messages of the sources, with the places where they are used."""
    catalogue = _empty()
    for file in source_files():
        text = file.read_text(encoding="utf-8")
        if file.suffix != ".py":
            text = _as_python(text, str(file))
        found = extract(
            "python", io.BytesIO(text.encode()), KEYWORDS, options={"encoding": "utf-8"}
        )
        place = str(file.relative_to(ROOT))
        for line, message, _comments, context in found:
            catalogue.add(message, locations=[(place, line)], context=context)
    return catalogue


def source_files() -> Iterator[Path]:
    for folder in SOURCES:
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in (".py", ".html", ".txt") and "migrations" not in file.parts:
                yield file


def _as_python(template: str, name: str) -> str:
    # Imported here: compiling at set-up needs no Django.
    from django.utils.translation.template import templatize

    return templatize(template, origin=name)


def written() -> Catalog:
    """The catalogue as it lies in the repository."""
    if not CATALOGUE.exists():
        return _empty()
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale=LOCALE)


def update() -> None:
    """Bring new ids into the catalogue and drop old ones; translations are kept."""
    catalogue = written()
    catalogue.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        # No line numbers: every change of the sources would change the catalogue.
        write_po(file, catalogue, width=100, include_lineno=False, omit_header=False)


def problems() -> list[str]:
    """What is missing, unsure or wrong, with the place of its use; empty if all is well."""
    have = written()
    found = []
    for message in extracted():
        if message.id:
            found += _problems_of(message, have.get(message.id, message.context))
    return found


def _problems_of(wanted: Message, have: Message | None) -> list[str]:
    place = ", ".join(f"{file}:{line}" for file, line in wanted.locations[:3])
    name = wanted.id if isinstance(wanted.id, str) else wanted.id[0]
    if have is None or not _complete(have):
        return [f"{place}: not translated: {name!r}"]
    if have.fuzzy:
        return [f"{place}: translation marked as unsure: {name!r}"]
    return [f"{place}: {problem}: {name!r}" for problem in have.check()]


def _complete(message: Message) -> bool:
    text = message.string
    return bool(text) if isinstance(text, str) else bool(text) and all(text)


def compile_catalogues() -> None:
    """Write the binary form that Django reads, where the catalogue is newer."""
    if not CATALOGUE.exists():
        return
    binary = CATALOGUE.with_suffix(".mo")
    if binary.exists() and binary.stat().st_mtime_ns >= CATALOGUE.stat().st_mtime_ns:
        return
    temporary = binary.with_suffix(".new")
    with temporary.open("wb") as file:
        write_mo(file, written())
    temporary.rename(binary)


def check() -> int:
    found = problems()
    for line in found:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"message catalogue {LOCALE}: {len(found)} problems\n")
    return 1 if found else 0


def main(arguments: list[str]) -> int:
    commands = {"update": update, "check": check, "compile": compile_catalogues}
    if len(arguments) != 1 or arguments[0] not in commands:
        sys.stderr.write(f"use: python -m config.messages {'|'.join(commands)}\n")
        return 2
    return commands[arguments[0]]() or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
