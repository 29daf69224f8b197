"""Somebody tries codes of a group: its children give the word that their teacher reads out, and go on (SR-A15)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from accounts.guesses import OF_GROUP
from tests.e2e.conftest import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.e2e.conftest import Portal

pytestmark = pytest.mark.e2e

# A group that no other browser test signs in to.
SCHOOL, NAME, GROUP = "99XX01", "Kindcentrum Het Grote Voorbeeld", "8C"
STEP = "Wat is het woord van vandaag?"


def guess_until_asked(visit: Visit, door: str) -> int:
    """Type wrong pincodes, each for the next child, until the page asks for the word; give how often."""
    page = visit.page
    for times in range(OF_GROUP + 5):
        page.goto(door)
        page.get_by_role("link", name=GROUP).first.click()
        if page.get_by_text(STEP).count():
            return times
        tiles = page.locator(".choice-tile")
        tiles.nth(times % tiles.count()).click()
        with page.expect_navigation():  # the fourth digit sends it
            page.locator("[name=pincode]").fill(f"00{times:02}")
    return OF_GROUP + 5


@pytest.mark.requirement("SR-A15")
def test_child_of_a_guessed_group_gives_the_word_that_the_teacher_reads_out(
    visit: Visit, visit_at: Visit, portal: Portal, browser: Browser
) -> None:
    pupil = next(one for one in portal.facts["pupils"] if (one["school"], one["group"]) == (NAME, GROUP))
    door = pupil["sign_in_url"]
    times = guess_until_asked(visit, door)
    context = browser.new_context()
    teacher = Visit(context.new_page(), portal)
    people = [one for one in portal.facts["identities"] if one["role"] == "teacher" and SCHOOL in one["school"]]
    teacher.sign_in(people[-1])
    card = teacher.page.get_by_label("Woord van de dag")
    word = card.locator(".day-word__word").inner_text()
    child = visit_at.page

    visit_at.go(door)
    visit_at.click(GROUP, "link")
    asked = visit_at.text()
    child.get_by_label("De twee woorden").fill("fout fout")
    visit_at.click("Verder")
    wrong = visit_at.text()
    child.get_by_label("De twee woorden").fill(word)
    visit_at.click("Verder")
    visit_at.sign_in_pupil(pupil)

    # The second size finds the group guessed already.
    assert times in {0, OF_GROUP}
    assert "foute codes" in card.inner_text()
    assert (STEP in asked, "niet de woorden van vandaag" in wrong) == (True, True)
    assert re.search("lesmateriaal", child.url)
    context.close()
