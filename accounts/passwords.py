"""The rules for passwords (product A1, help page "privacy"; SR-A01, SR-A02). Values in, a verdict out."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.dictionary import is_decorated_word

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST, LONGEST = 8, 20
LONGEST_TRIED = 128
LEET = str.maketrans("013457@$!", "oieastasi")
DECORATION = re.compile(r"[\W\d_]+")
SEASONS = frozenset(
    "lente zomer herfst winter voorjaar najaar januari februari maart april mei juni juli augustus september oktober "  # noqa: SIM905 - a list of words reads best as words
    "november december maandag dinsdag woensdag donderdag vrijdag zaterdag zondag spring summer autumn".split()
)
OWN_WORDS = frozenset({"basispoort", "welkom", "wachtwoord", "school", "juf", "meester", "leerkracht", "groep"})


def normal_password(password: str) -> str:
    """Give a password as it is set and checked: NFC, otherwise exactly as typed."""
    return unicodedata.normalize("NFC", password)


def folded(text: str) -> str:
    """Give a text without case, accents, leet digits and decoration, as somebody who guesses would see it."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return DECORATION.sub("", plain.translate(LEET))


@cache
def _common() -> frozenset[str]:
    words = CommonPasswordValidator().passwords
    return frozenset(words) | frozenset(folded(word) for word in words if len(folded(word)) >= 4)


def check_rules(password: str) -> None:
    """Raise ValidationError, naming the rule, for a password that breaks one of the four."""
    problems = []
    if len(password) < SHORTEST:
        problems.append(_("A password has at least 8 characters."))
    if len(password) > LONGEST:
        problems.append(_("A password has at most 20 characters."))
    if not any(character.isalpha() for character in password):
        problems.append(_("A password has at least one letter."))
    if not re.search(r"[0-9]", password):
        problems.append(_("A password has at least one digit."))
    if problems:
        raise ValidationError(problems)


def check_strength(password: str, own_words: Iterable[str] = ()) -> None:
    """Raise ValidationError for a password that is guessed at once; the message does not tell by which list."""
    core = folded(password)
    letters_only = DECORATION.sub("", unicodedata.normalize("NFKC", password).casefold())
    own = {folded(part) for word in own_words for part in (word, *re.split(r"[\s@.\-]+", word)) if len(part) >= 3}
    weak = own | SEASONS | OWN_WORDS
    if (
        password.casefold() in _common()
        or core in _common()
        or {core, letters_only} & weak
        or any(len(word) >= 5 and word in core and len(core) - len(word) <= 3 for word in weak)
        or len(set(password)) <= 3
        or is_decorated_word(password)
    ):
        raise ValidationError(_("This password is too easy to guess."), code="weak")
