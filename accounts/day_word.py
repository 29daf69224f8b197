"""The word of the day: two friendly words that say "I am in the classroom", without a name (SR-A14).

Nothing is stored: the words follow from a key, the school, its link and the day. A renewed link changes them.
"""

from __future__ import annotations

import hmac
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from basispoort.lib.crypto import keyed_digest

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import SchoolDoor

FILE = Path(__file__).parent / "data" / "day-words.txt"


@cache
def words() -> tuple[str, ...]:
    """Give our own list of short Dutch words that a child can hear, say and spell."""
    return tuple(FILE.read_text(encoding="utf-8").split())


def _digest(purpose: str, door: SchoolDoor, day: date) -> bytes:
    return keyed_digest(purpose, str(door.school_id).encode(), bytes(door.token_hash), day.isoformat().encode())


def day_word(door: SchoolDoor, day: date) -> str:
    """Give the two words of a school for a day; they differ."""
    known = words()
    digest = _digest("accounts.day_word", door, day)
    first = int.from_bytes(digest[:8]) % len(known)
    second = int.from_bytes(digest[8:16]) % (len(known) - 1)
    return f"{known[first]} {known[second + (second >= first)]}"


def is_day_word(door: SchoolDoor, day: date, typed: str) -> bool:
    """Tell whether these are the words; case, blanks and hyphens are forgiven."""
    return hmac.compare_digest(_plain(day_word(door, day)).encode(), _plain(typed).encode())


def _plain(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


def proof_of(door: SchoolDoor, day: date) -> str:
    """Give what a browser keeps for the rest of the day once it knew the words; it names nobody."""
    return _digest("accounts.day_word.proof", door, day).hex()


def is_proof(door: SchoolDoor, day: date, kept: str) -> bool:
    """Tell whether a browser keeps the proof of today, for this school and its present link."""
    return hmac.compare_digest(proof_of(door, day).encode(), kept.encode())
