"""The colours of the style, and which of them must contrast with which (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings

TEXT, SIGN = 4.5, 3.0
TOKEN = re.compile(r"--(?P<name>[\w-]+):\s*(?P<value>#[0-9a-f]{6});")
_GROUNDS = ("paper", "paper-deep", "surface", "surface-warm", "brand-pale", "sun", "sun-pale", "sky-pale")
# Words on a ground.
_WORDS = {
    "ink": (*_GROUNDS, *(f"tone-{number}" for number in range(1, 9))),
    "ink-soft": ("paper", "paper-deep", "surface", "surface-warm", "sun-pale", "brand-pale", "sky-pale"),
    "brand": ("paper", "surface", "surface-warm", "brand-pale", "sun-pale", "bad-pale"),
    "brand-deep": ("paper", "surface", "brand-pale"),
    "on-dark": ("brand", "brand-deep", "bad", "bad-deep", "ink", "good"),
    "good": ("good-pale", "surface", "surface-warm"),
    "bad": ("bad-pale", "surface", "paper", "surface-warm"),
    "bad-deep": ("bad-pale",),
    "sun-deep": ("sun-pale", "surface"),
    "tell": ("tell-pale", "surface"),
}
# Edges and signs that must be seen to know what a thing is.
_SIGNS = {
    "line-strong": ("surface", "paper", "paper-deep"),
    "brand": ("surface", "paper", "brand-pale"),
    "sun": ("brand", "ink"),
    "ink": ("sun", "surface", "paper"),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two colours that stand on each other, and how much they must contrast."""

    front: str
    ground: str
    ratio: float
    needed: float

    @property
    def is_enough(self) -> bool:
        """Whether it can be read."""
        return self.ratio >= self.needed


def colours() -> dict[str, str]:
    """Give each colour of tokens.css by its name."""
    text = (settings.ROOT / "static/css/tokens.css").read_text(encoding="utf-8")
    return {found["name"]: found["value"] for found in TOKEN.finditer(text)}


def _light(colour: str) -> float:
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours, from 1 to 21, as WCAG computes it."""
    dark, light = sorted((_light(one), _light(other)))
    return (light + 0.05) / (dark + 0.05)


def pairs() -> list[Pair]:
    """Give every pair that the style uses, with its contrast."""
    known = colours()
    return [
        Pair(front, ground, round(contrast(known[front], known[ground]), 2), needed)
        for listed, needed in ((_WORDS, TEXT), (_SIGNS, SIGN))
        for front, grounds in listed.items()
        for ground in grounds
    ]
