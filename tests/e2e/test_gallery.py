"""The gallery of components, as an assistive technology sees it, at the size of a desktop and of a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from basispoort.web.gallery import LAYOUTS

if TYPE_CHECKING:
    from tests.e2e.conftest import Visit

pytestmark = pytest.mark.e2e


def sideways(visit: Visit) -> int:
    """Give how far a page sticks out at the side."""
    return int(visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_every_component_and_layout_passes_axe_and_fits(visit_at: Visit) -> None:
    visit = visit_at
    visit.go("/ontwerp/")
    assert sideways(visit) <= 0
    for name in LAYOUTS:
        visit.go(f"/ontwerp/indeling/{name}/")
        assert sideways(visit) <= 0, name


def test_menu_opens_on_a_phone_without_a_script(visit_at: Visit) -> None:
    visit = visit_at
    visit.go("/ontwerp/")
    menu = visit.page.locator("nav#main-menu")
    if not menu.is_visible():
        visit.page.locator("button.nav__open").click()
    assert menu.is_visible()
    visit.look()
