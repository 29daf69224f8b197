"""A small sum in words, for who has no JavaScript: nothing to see or hear, and a longer wait beside it."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.challenges.work import VALID_SECONDS, Solved

SALT = "accounts.challenges.question"
WORDS = {
    2: gettext_lazy("two"),
    3: gettext_lazy("three"),
    4: gettext_lazy("four"),
    5: gettext_lazy("five"),
    6: gettext_lazy("six"),
    7: gettext_lazy("seven"),
    8: gettext_lazy("eight"),
    9: gettext_lazy("nine"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the signed paper that knows the answer without telling it."""

    text: str
    paper: str


def make(*, purpose: str, browser: str) -> Question:
    """Give a question, bound to a purpose and a browser."""
    first, second = (secrets.choice(list(WORDS)) for _number in range(2))
    nonce = secrets.token_hex(16)
    paper = signing.dumps([purpose, browser, nonce, _seal(nonce, str(first + second))], salt=SALT)
    text = _("How much is %(first)s plus %(second)s? Answer with a number.")
    return Question(text % {"first": WORDS[first], "second": WORDS[second]}, paper)


def check(paper: str, answer: str) -> tuple[Solved | None, bool]:
    """Give which question this was, None if it is none of ours, and whether the answer is right."""
    try:
        purpose, browser, nonce, seal = signing.loads(paper, salt=SALT, max_age=VALID_SECONDS)
    except signing.BadSignature:
        return None, False
    solved = Solved(purpose, browser, hashlib.sha256(nonce.encode()).digest())
    return solved, constant_time_compare(seal, _seal(nonce, answer.strip()[:10]))


def _seal(nonce: str, answer: str) -> str:
    words = f"{nonce}|{answer}"
    return salted_hmac(f"{SALT}.answer", words, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()
