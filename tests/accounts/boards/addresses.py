"""Addresses of a board's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.test import Client

    from schools.models import School


def page_of(school: School, rest: str = "") -> str:
    """Give the address of a page of the school's board."""
    assert school.board is not None
    return f"/bestuur/{school.board.number}/{rest}"


def staff_page(school: School, of: School | None = None) -> str:
    """Give the address of the page about a school, under its own board or that of another school."""
    return page_of(of or school, f"scholen/{school.code}/")


def words(browser: Client, path: str) -> str:
    """Give what a page says, without the breaks between its lines."""
    return " ".join(browser.get(path).content.decode().split())
