"""The way around a school: each app adds its sections, a user sees those with a right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from basispoort.lib.http import PortalRequest


@dataclass(frozen=True, slots=True)
class Section:
    """One entry of the main menu: words, the name of its page, the right it needs (or none), its place, its drawing."""

    label: str | _StrPromise
    url_name: str
    right: str
    order: int
    icon: str


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as one visitor sees it."""

    label: str | _StrPromise
    url: str
    current: bool
    icon: str


_sections: dict[str, Section] = {}
_board_sections: dict[str, Section] = {}


def register_section(label: str | _StrPromise, url_name: str, *, right: str, order: int, icon: str = "circle") -> None:
    """Add a section to the main menu; the page takes the school as its only argument."""
    _sections[url_name] = Section(label, url_name, right, order, icon)


def register_board_section(label: str | _StrPromise, url_name: str, *, right: str, order: int, icon: str) -> None:
    """Add a section to the menu of a board; the page takes the board as its only argument."""
    _board_sections[url_name] = Section(label, url_name, right, order, icon)


def items_for(request: PortalRequest) -> list[Item]:
    """Give the menu of the school or board the request is about, for this user; the longest address is current."""
    board = getattr(request, "board", None)
    place = board or getattr(request, "school", None)
    user = getattr(request, "user", None)
    if place is None or user is None or getattr(user, "kind", "") not in {"staff", "portal"}:
        return []
    sections = sorted((_board_sections if board else _sections).values(), key=lambda section: section.order)
    urls = {
        one: reverse(one.url_name, args=[place]) for one in sections if not one.right or user.has_perm(one.right, place)
    }
    # The start page stands above all others: it is current only where it is itself.
    fitting = [url for one, url in urls.items() if request.path == url or (one.right and request.path.startswith(url))]
    current = max(fitting, key=len, default="")
    return [Item(section.label, url, url == current, section.icon) for section, url in urls.items()]
