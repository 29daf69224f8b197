"""The Dutch catalogues: what is to be translated, what lacks, and the compiled files Django reads.

Message ids are English. Extraction and compilation need no tools beside Python, so that a fresh machine can do both.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from babel.messages.catalog import Message

LANGUAGE = "nl"
APPS = ("schools", "accounts", "dpa", "licences")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
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


@dataclass(slots=True)
class Gaps:
    """What is wrong with one catalogue."""

    name: str
    missing: list[str] = field(default_factory=list)
    fuzzy: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    placeholders: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.missing or self.fuzzy or self.unused or self.placeholders)


def po_path(name: str) -> Path:
    """Give the place of a catalogue: one an app, and `basispoort` for all that is shared."""
    root: Path = settings.ROOT
    return root / name / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def _sources(name: str) -> Iterator[Path]:
    root: Path = settings.ROOT
    templates = root / "templates"
    yield from sorted(path for path in (root / name).rglob("*.py") if "migrations" not in path.parts)
    if name in APPS:
        yield from sorted((templates / name).rglob("*.html"))
        yield from sorted((templates / name).rglob("*.txt"))
        return
    for pattern in ("*.html", "*.txt"):
        for path in sorted(templates.rglob(pattern)):
            if path.relative_to(templates).parts[0] not in APPS:
                yield path


def _messages_in(path: Path) -> Iterator[tuple[str | None, str, str | None]]:
    """Give context, singular and plural of each message of a file."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Indentation means something to Python's tokens and nothing here.
        source = "\n".join(line.strip() for line in templatize(source, origin=str(path)).splitlines())
    for _line, found, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
        texts = [found] if isinstance(found, str) else list(found)
        if texts[0]:
            yield context, texts[0], texts[1] if len(texts) > 1 else None


def used_messages(name: str) -> dict[tuple[str | None, str], str | None]:
    """Give every message the sources of a catalogue use, with its plural."""
    return {(context, one): more for path in _sources(name) for context, one, more in _messages_in(path)}


def read_catalogue(name: str) -> Catalog:
    """Give a catalogue as it stands, or an empty one."""
    path = po_path(name)
    if not path.exists():
        return Catalog(locale=LANGUAGE, project="basispoort", charset="utf-8", fuzzy=False)
    with path.open("rb") as stream:
        return read_po(stream, locale=LANGUAGE)


def _text(identifier: str | list[str] | tuple[str, ...]) -> str:
    return identifier if isinstance(identifier, str) else identifier[0]


def _is_translated(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def gaps_in(name: str) -> Gaps:
    """Compare a catalogue with its sources."""
    used, catalogue, gaps = used_messages(name), read_catalogue(name), Gaps(name)
    translated = {(message.context, _text(message.id)): message for message in catalogue if message.id}
    for key in used:
        message = translated.get(key)
        if message is None or not _is_translated(message):
            gaps.missing.append(key[1])
        elif message.fuzzy:
            gaps.fuzzy.append(key[1])
        elif list(message.check(catalogue)):
            gaps.placeholders.append(key[1])
    gaps.unused = [text for context, text in translated if (context, text) not in used]
    return gaps


def update(name: str) -> None:
    """Add what the sources use, leave out what they no longer do, keep every translation."""
    old = read_catalogue(name)
    known = {(message.context, _text(message.id)): message for message in old if message.id}
    new = Catalog(locale=LANGUAGE, project="basispoort", charset="utf-8", fuzzy=False)
    for (context, one), more in sorted(used_messages(name).items(), key=lambda item: (item[0][1], item[0][0] or "")):
        before = known.get((context, one))
        string = before.string if before is not None else None
        if more and isinstance(string, str):
            string = (string, "") if string else None
        new.add((one, more) if more else one, string, context=context, flags=before.flags if before else ())
    path = po_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    stream = io.BytesIO()
    write_po(stream, new, width=120, omit_header=True)
    header = f'msgid ""\nmsgstr ""\n"Language: {LANGUAGE}\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    plural = '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    path.write_text(header + plural + stream.getvalue().decode(), encoding="utf-8")


def compile_all() -> None:
    """Write the compiled catalogues, which are not kept in the repository."""
    for name in ("basispoort", *APPS):
        path = po_path(name)
        if path.exists():
            with path.with_suffix(".mo").open("wb") as stream:
                write_mo(stream, read_catalogue(name))
