"""The main road without JavaScript: nothing on it waits for a script."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import SIZES, Visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from tests.e2e.conftest import Apart

pytestmark = pytest.mark.e2e

NEW = "99DE00"
PUBLISHER = "Uitgeverij De Leesplank"
MATERIAL = "Leesplankjes"
READING_SECONDS = 30


class PlainVisit(Visit):
    """A browser without scripts; axe is one, and has looked at the same pages in the other tests."""

    def look(self) -> None:
        """Leave it: nothing runs here."""


@pytest.fixture
def somebody(apart: Apart, browser: Browser) -> Iterator[Callable[[], PlainVisit]]:
    """Give people with a phone whose browser runs no scripts."""
    contexts = []

    def enter() -> PlainVisit:
        width, height = SIZES["phone"]
        context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=False)
        context.set_default_timeout(15_000)
        contexts.append(context)
        return PlainVisit(context.new_page(), apart.portal)

    yield enter
    for context in contexts:
        context.close()


def tick_all(visit: Visit, where: str) -> None:
    for box in visit.page.locator(f'{where} input[type="checkbox"]').all():
        box.check()


def test_main_road_needs_no_script(apart: Apart, somebody: Callable[[], PlainVisit]) -> None:
    coordinator = somebody()
    page = coordinator.page
    coordinator.sign_in(apart.portal.person("ict_coordinator", NEW))
    coordinator.click("Akkoord")

    coordinator.go(f"/school/{NEW}/leerlingen-en-groepen/")
    page.locator('input[type="file"]').set_input_files(apart.var / "demo-rosters" / f"{NEW}.xml")
    coordinator.click("Uploaden")
    deadline = time.monotonic() + READING_SECONDS
    while not page.get_by_role("button", name="Verwerken").count():
        assert time.monotonic() < deadline, coordinator.text()
        coordinator.click("Kijk opnieuw", "link")
    tick_all(coordinator, 'form[action$="/toepassen/"]')
    coordinator.click("Verwerken")
    assert "Deze aanlevering is verwerkt." in coordinator.text()

    coordinator.go(f"/school/{NEW}/uitgeverijen/")
    coordinator.click(PUBLISHER, "link")
    tick_all(coordinator, 'form[action$="/aan/"]')
    coordinator.click("Aanzetten")
    coordinator.go(f"/school/{NEW}/licenties/nieuw/")
    page.locator('select[name="material"]').select_option(label=MATERIAL)
    coordinator.click("Opslaan")
    tick_all(coordinator, 'form[action$="/toekennen/"]')
    coordinator.click("Opslaan")

    coordinator.go(f"/school/{NEW}/groepen/")
    coordinator.click("1A", "link")
    page.locator("a[href$='/kaartjes/']").first.click()
    page.wait_for_load_state()
    assert page.locator(".sign-in-card").count() >= 1

    pupil = somebody()
    known = apart.portal.pupil("pincode", "Basisschool De Proefballon")
    pupil.go(known["sign_in_url"])
    pupil.click(known["group"], "link")
    pupil.click(known["name"].split()[0], "link")
    pupil.page.locator('input[name="pincode"]').fill(known["pincode"])
    pupil.page.keyboard.press("Enter")
    pupil.page.wait_for_url(re.compile("/lesmateriaal/"))
    pupil.click(MATERIAL)
    assert pupil.page.url.startswith(apart.portal.publisher_url)
    assert pupil.page.locator("[data-claim]").count() >= 2
