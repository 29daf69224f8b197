"""Who signs out of the portal is signed out at the publisher as well."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Portal, Visit

pytestmark = pytest.mark.e2e

SCHOOL = "Basisschool De Proefballon"
LONGEST_SECONDS = 20


def test_publisher_shows_that_the_pupil_signed_out_of_the_portal(visit_at: Visit, portal: Portal) -> None:
    visit = visit_at
    visit.sign_in_pupil(portal.pupil("pincode", SCHOOL))
    visit.page.get_by_role("button", name="Leesplankjes").click()
    visit.page.wait_for_load_state()
    lesson = visit.page.url
    assert lesson.startswith(portal.publisher_url)
    visit.page.reload()
    assert visit.page.locator("#sub").is_visible()

    visit.go("/leerling/klaar/")
    visit.page.locator("main form button").first.click()
    visit.page.wait_for_load_state()

    # A worker carries the word over; the lesson stays open in the tab until it asks its publisher for something.
    ends = time.monotonic() + LONGEST_SECONDS
    visit.page.goto(lesson)
    while visit.page.locator("#sub").is_visible() and time.monotonic() < ends:
        visit.page.wait_for_timeout(200)
        visit.page.reload()
    assert visit.page.locator("h1").inner_text() == "Je bent uitgelogd"
    assert "uitgelogd bij Basispoort" in visit.page.locator("#signed-out").inner_text()
    visit.page.reload()
    assert visit.page.locator("#sub").count() == 0
