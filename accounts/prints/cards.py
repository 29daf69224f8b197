"""Sign-in cards, ten on a sheet, and badges, eight on a sheet (product A6, SR-A16)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.prints.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basispoort.web.pictures import Picture

STATIC = Path(__file__).resolve().parents[2] / "static"
PAD = 5.0
LETTERS_TOGETHER = 4


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on one card: the name on the pupil's tile, the home group, and four pictures or four digits."""

    name: str
    group: str = ""
    pictures: tuple[Picture, ...] = ()
    digits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Badge:
    """What stands on one badge: the name on the pupil's tile, the secret, and the home group."""

    name: str
    address: str
    secret: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose cards these are: of a group at a school."""

    school: str
    group: str


def cards_pdf(*, place: Place, cards: Sequence[Card], address: str) -> bytes:
    """Give the cards as a PDF of A4, ten on a page; each shows the way in as a QR code."""
    title = _("Sign-in cards of %(group)s") % {"group": place.group}
    sheet = Sheet(title=title, language=get_language() or "nl", columns=2, rows=5)
    width = sheet.piece_width - 2 * PAD
    for card, (x, y) in zip(cards, sheet.places(len(cards)), strict=True):
        left, top = x + PAD, y + PAD
        sheet.words(card.name, left, top, width - 26, size=17, bold=True)
        sheet.words(f"{card.group or place.group} · {place.school}", left, top + 7.5, width - 26, size=8.5, soft=True)
        sheet.qr(address, x + sheet.piece_width - PAD - 22, top - 2, 22)
        if card.pictures:
            side, gap = 15.5, (width - 4 * 15.5) / 3
            for at, picture in enumerate(card.pictures):
                start = left + at * (side + gap)
                sheet.picture(STATIC / picture.path, start, top + 19.5, side)
                sheet.words(str(picture.label), start - 2, top + 36, side + 4, size=8.5, bold=True, align="C")
        else:
            sheet.words(" ".join(card.digits), left, top + 20.5, width, size=38, bold=True, align="C", spacing=4)
        sheet.words(address, left, y + sheet.piece_height - PAD - 2.6, width, size=6.5, soft=True)
    return sheet.content()


def badges_pdf(*, place: Place, badges: Sequence[Badge]) -> bytes:
    """Give the badges as a PDF of A4, eight on a page."""
    title = _("Badges of %(group)s") % {"group": place.group}
    sheet = Sheet(title=title, language=get_language() or "nl", columns=2, rows=4)
    for badge, (x, y) in zip(badges, sheet.places(len(badges)), strict=True):
        side = 46.0
        sheet.qr(badge.address, x + 3, y + (sheet.piece_height - side) / 2 - 2, side)
        left, width = x + side + 5, sheet.piece_width - side - 5 - PAD
        sheet.words(badge.name, left, y + 13, width, size=18, bold=True)
        sheet.words(badge.group or place.group, left, y + 22, width, size=11)
        sheet.words(place.school, left, y + 27.5, width, size=8.5, soft=True)
        sheet.words(_("Hold me before the camera."), left, y + 37, width, size=9.5, bold=True)
        sheet.words(_("Lost? Tell your teacher."), left, y + 42, width, size=8.5, soft=True)
        sheet.words(
            spelled(badge.secret), x + PAD, y + sheet.piece_height - PAD - 3.4, 85, size=8, soft=True, spacing=0.3
        )
    return sheet.content()


def spelled(secret: str) -> str:
    """Give a secret in groups of letters, as it is typed where there is no camera."""
    return " ".join(secret[at : at + LETTERS_TOGETHER] for at in range(0, len(secret), LETTERS_TOGETHER))
