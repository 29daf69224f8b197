"""Dutch words, to refuse passwords that are one of them with some decoration (SR-A02 c)."""

from __future__ import annotations

import gzip
import unicodedata
from functools import cache
from pathlib import Path

# OpenTaal's list, with its licence beside it: letters a to z only, one word a line, sorted.
WORDS = Path(__file__).resolve().parent / "data" / "dutch-words.txt.gz"
DECORATION_AT_MOST = 5
LEET = str.maketrans("013457@$!", "oieastasi")


@cache
def _words() -> bytes:
    """One text, searched as a whole: a set of 300,000 words would cost each worker some 30 MB."""
    with gzip.open(WORDS) as stream:
        return stream.read()


def is_word(text: str) -> bool:
    """Tell whether a text in small letters without accents is a Dutch word."""
    return text.isascii() and text.isalpha() and f"\n{text}\n".encode() in _words()


def is_decorated_word(password: str) -> bool:
    """Tell whether a password is one Dutch word with at most five decorating characters, or written in leet.

    Decoration is whatever is no letter, before, after or within the word.
    """
    plain = unicodedata.normalize("NFKD", password).casefold()
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    letters = "".join(character for character in plain if character.isalpha())
    if len(plain) - len(letters) <= DECORATION_AT_MOST and is_word(letters):
        return True
    for front in range(DECORATION_AT_MOST + 1):
        for back in range(DECORATION_AT_MOST + 1 - front):
            around = plain[:front] + plain[len(plain) - back :]
            if any(character.isalpha() for character in around):
                continue
            if is_word(plain[front : len(plain) - back].translate(LEET)):
                return True
    return False
