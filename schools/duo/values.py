"""The values of one row: their form, their length, and no character that nobody can see."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from schools.duo.rows import DuoProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

CODE = re.compile(r"[0-9]{2}[A-Z]{2}[0-9]{2}")
BRIN = re.compile(r"[0-9]{2}[A-Z]{2}")
BOARD_NUMBER = re.compile(r"[0-9]{5}")
KVK_NUMBER = re.compile(r"[0-9]{7,8}")
# What a browser would open otherwise than as a page, such as `javascript:`; a port after a host is none of these.
SCHEME = re.compile(r"(?!https?://)(?:[a-z][a-z0-9+.-]*:(?![0-9])|[/\\\\])", re.ASCII | re.IGNORECASE)
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# As many characters as the tables take.
LENGTHS = {
    "name": 200,
    "street": 80,
    "house_number": 20,
    "postcode": 10,
    "city": 80,
    "municipality": 80,
    "denomination": 60,
    "website": 200,
    "holiday_region": 10,
}
OTHER_LENGTH = 20


class BadRow(Exception):
    """One value of a row cannot be right."""

    def __init__(self, problem: DuoProblem) -> None:
        """Take which and why."""
        self.problem = problem
        super().__init__(str(problem))


class Values:
    """Gives the values of `row`, which begins on `line`, by the names of our fields; all methods raise BadRow."""

    def __init__(self, columns: Mapping[str, tuple[str, int | None]]) -> None:
        """Take the title and the place of each field's column; no place means that the file has no such column."""
        self._columns = columns
        self.row: list[str] = []
        self.line = 0

    def _bad(self, field: str, what: str) -> BadRow:
        return BadRow(DuoProblem(self.line, f"{self._columns[field][0]} {what}"))

    def optional(self, field: str) -> str | None:
        """Give a value without needless blanks, or None when the file has no such column."""
        place = self._columns[field][1]
        if place is None:
            return None
        raw = self.row[place]
        if not raw.isprintable():
            self._check_characters(field, raw)
        value = " ".join(raw.split())
        limit = LENGTHS.get(field, OTHER_LENGTH)
        if len(value) > limit:
            raise self._bad(field, f"is longer than {limit} characters")
        return value

    def _check_characters(self, field: str, raw: str) -> None:
        for character in raw:
            if unicodedata.category(character) in UNSEEN:
                raise self._bad(field, f"holds a character that nobody can see (U+{ord(character):04X})")

    def text(self, field: str) -> str:
        """Give the value of a column that the header is known to have; may be empty."""
        return self.optional(field) or ""

    def required(self, field: str) -> str:
        """Give a value that may not be empty."""
        value = self.text(field)
        if not value:
            raise self._bad(field, "is empty")
        return value

    def formed(self, field: str, form: re.Pattern[str], meaning: str) -> str:
        """Give a value in upper case that has this form."""
        value = self.required(field).upper()
        if not form.fullmatch(value):
            raise self._bad(field, f"{value!r} is not {meaning}")
        return value

    def web_address(self, field: str) -> str | None:
        """Give a website, as written; an address of another kind than a page is refused."""
        value = self.optional(field)
        if value and SCHEME.match(value):
            raise self._bad(field, "is not the address of a web page")
        return value
