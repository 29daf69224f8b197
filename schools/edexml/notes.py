"""What the reader has to say about the rows while it goes through them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from schools.edexml import values
from schools.edexml.elements import key_of, line_of, text_of
from schools.edexml.fields import DROPPED, FIRST_NAMES, LENGTHS, NAMES, REPEATABLE, ROLES
from schools.edexml.problems import ProblemList

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

# Distinct names, and orders of elements, remembered; a file with more of them is made to fill memory.
REMEMBERED = 1_000
NAME_LENGTH = 40
XML_WHITE = re.compile(r"[ \t\r\n]+")
# A name could be made to carry a person's number; a word of the standard has no four digits in a row.
SPEAKABLE = re.compile(r"(?!.*[0-9]{4})[A-Za-z_][A-Za-z0-9_.-]*")


class Name(NamedTuple):
    """How a person is called; what is absent is empty."""

    first: str
    infix: str
    last: str


class Notes:
    """Problems, warnings and unknown names of one file. Problems refuse it, warnings do not."""

    def __init__(self, told: int) -> None:
        """Take how many of one kind are told in full."""
        self.problems = ProblemList(told)
        self.warnings = ProblemList(told)
        self._unknown: set[str] = set()
        self._dropped: set[str] = set()

    def names(self, names: Iterable[str], known: frozenset[str]) -> None:
        """Note which elements of a row are unknown or must be dropped."""
        for name in names:
            if name not in known:
                if name in DROPPED:
                    self._dropped.add(name)
                else:
                    self.unknown(name)

    def unknown(self, name: str) -> None:
        """Report an element that the standard does not have here, once for each name and only its name."""
        if name in self._unknown or len(self._unknown) >= REMEMBERED:
            return
        self._unknown.add(name)
        name = etree.QName(name).localname[:NAME_LENGTH]
        self.warnings.add("unknown_element", name=name if SPEAKABLE.fullmatch(name) else "…")

    def repeated(self, row: etree._Element, known: frozenset[str]) -> None:
        """Refuse a row in which a single value stands twice: nobody could tell which one counts."""
        seen: set[str] = set()
        for child in row:
            if child.tag in seen and child.tag in known and child.tag not in REPEATABLE:
                self.problems.add("repeated", line_of(child), child.tag)
            seen.add(child.tag)

    def text(self, name: str, text: str | None, place: etree._Element | int) -> str:
        """Give the text with white space tidied, and refuse the row for what it hides or when it is too long."""
        limit = LENGTHS[name]
        text = (text or "").strip()
        if len(text) <= limit and values.plain(text):
            return text
        line = place if isinstance(place, int) else line_of(place)
        text = XML_WHITE.sub(" ", text)
        found = values.hidden(text)
        if found:
            code, character = found
            self.problems.add(code, line, name, character=character)
        if len(text) > limit:
            self.problems.add("too_long", line, name, limit=limit)
        if values.LOST in text:
            self.warnings.add("broken_character", line, name)
        return text

    def key(self, element: etree._Element) -> str:
        """Give the element's key, or refuse the row for having none."""
        key = self.text("key", key_of(element), element)
        if not key:
            self.problems.add("missing", line_of(element), "key")
        return key

    def person(self, row: etree._Element, children: Mapping[str, etree._Element], known: frozenset[str]) -> Name:
        """Give the name of the person in the row, each part looked at for all that may be wrong with it."""
        if len(children) != len(row):
            self.repeated(row, known)
        texts = dict.fromkeys(NAMES, "")
        texts.update({name: self.text(name, child.text, child) for name, child in children.items() if name in texts})
        first = next((texts[name] for name in FIRST_NAMES if texts[name]), "")
        if not (first or texts["achternaam"]):
            self.problems.add("missing_name", line_of(row))
        return Name(first, texts["voorvoegsel"], texts["achternaam"])

    def day(self, name: str, text: str, line: int, latest_year: int = values.LATEST_YEAR) -> date | None:
        """Give the day, or refuse the row for a date that cannot be."""
        value = values.day(text, latest_year)
        if value is None:
            self.problems.add("date_impossible", line, name)
        return value

    def roles(self, elements: Iterable[etree._Element]) -> tuple[str, ...]:
        """Give the role codes among the elements, each once, in their order."""
        roles: dict[str, None] = {}
        for element in elements:
            if element.tag == "rol":
                role = "" if len(element) else text_of(element)
                if role in ROLES:
                    roles[role] = None
                elif role or len(element):
                    self.warnings.add("role_code", line_of(element), "rol")
        return tuple(roles)

    def finish(self) -> None:
        """Add the warnings that are about the file as a whole."""
        if self._dropped:
            self.warnings.add("dropped_data", names=", ".join(sorted(self._dropped)))
