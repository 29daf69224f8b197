"""Values as they stand in a file, judged: text that hides something, dates that cannot be (SR-D08)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

OLDEST_YEAR = 1900
LATEST_YEAR = 2100
MOST_MARKS = 4
# Below this a letter carries its accent with it and nothing hides.
FIRST_MARK = "\u0300"
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Letters and marks by class, yet nothing to see.
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
LOST = "\ufffd"
DAY_LENGTH = len("2026-08-01")
SCHOOL_YEAR = re.compile(r"([0-9]{4})-([0-9]{4})")
# An xs:date may carry a time zone; an xs:dateTime goes on with the time.
DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2}|T[0-9:.,Z+-]{1,40})?")
DOMAIN_PART = re.compile(r"[\w-]{1,63}")
# What may not stand before the "@" without quotes; nobody's school address is quoted.
NOT_IN_MAILBOX = re.compile(r"""[\s@<>()\[\],;:\\"]""")
# An ECK iD is its issuer's name space and 128 hexadecimal digits (identifiers, section 4).
ECK_ID_SPACE = re.compile(r"https://ketenid\.nl/[a-z0-9]+/")
ECK_ID_DIGITS = 128
HEXADECIMAL = b"0123456789abcdef"


def plain(text: str) -> bool:
    """Tell quickly that there is nothing in the text to look at closer."""
    return text.isprintable() and (text.isascii() or max(text) < FIRST_MARK)


def hidden(text: str) -> tuple[str, str] | None:
    """Find what the eye would miss: the problem's code and the character as U+202E. None when there is nothing."""
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category in {"Mn", "Me", "Mc"}:
            marks += 1
            if marks > MOST_MARKS:
                return "too_many_marks", _name(character)
        else:
            marks = 0
        if character in BIDI:
            return "direction_character", _name(character)
        if category in {"Cc", "Zl", "Zp"}:
            return "control_character", _name(character)
        if category == "Cf" or character in BLANK:
            return "invisible_character", _name(character)
    return None


def _name(character: str) -> str:
    return f"U+{ord(character):04X}"


def day(text: str, latest_year: int = LATEST_YEAR) -> date | None:
    """Read an xs:date, or the day of an xs:dateTime; None when it does not exist or cannot be right."""
    if len(text) != DAY_LENGTH or text[7] != "-":
        found = DAY.fullmatch(text)
        if not found:
            return None
        text = found[1]
    try:
        value = date.fromisoformat(text)
    except ValueError:
        return None
    return value if OLDEST_YEAR <= value.year <= latest_year else None


def school_year(text: str) -> bool:
    """Tell whether the text is two years in a row; the standard's own list of years ended in 2025."""
    found = SCHOOL_YEAR.fullmatch(text)
    return found is not None and int(found[1]) + 1 == int(found[2])


def usual_eck_ids(eck_ids: Sequence[str]) -> bool:
    """Tell whether all that are not empty have the usual form; together, as one by one takes ten times as long."""
    spaces = {eck_id[:-ECK_ID_DIGITS] for eck_id in eck_ids if eck_id}
    digits = "".join([eck_id[-ECK_ID_DIGITS:] for eck_id in eck_ids])
    return all(ECK_ID_SPACE.fullmatch(space) for space in spaces) and not digits.encode().translate(None, HEXADECIMAL)


def is_email(text: str) -> bool:
    """Tell whether this can be the address of a mailbox, without asking for more than the form."""
    mailbox, _at, domain = text.partition("@")
    parts = domain.split(".")
    return (
        bool(mailbox)
        and len(parts) > 1
        and not NOT_IN_MAILBOX.search(mailbox)
        and all(DOMAIN_PART.fullmatch(part) for part in parts)
    )
