"""A coordinator has a list of persons made and fetches it once, and sees the school in numbers."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.e2e.conftest import Portal, Visit

pytestmark = pytest.mark.e2e


@pytest.mark.requirement("SR-E06")
def test_list_is_fetched_once_also_by_who_presses_twice(visit_at: Visit, portal: Portal, size: str) -> None:
    code = "99XX00" if size == "desktop" else "99XX01"
    visit_at.sign_in(portal.person("ict_coordinator", code))
    visit_at.go(f"/school/{code}/lijsten/")
    empty = visit_at.text()
    visit_at.click("Lijst van medewerkers", "link")
    visit_at.click("Laat de lijst maken")
    fetch = visit_at.page.get_by_role("button", name="Ophalen")
    fetch.wait_for()
    visit_at.look()

    with visit_at.page.expect_download() as download:
        fetch.dblclick()
    rows = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig")), delimiter=";"))
    fetch.wait_for(state="detached")
    visit_at.look()

    assert "Nog geen lijsten" in empty
    assert "Coco Voorbeeld" in [row[0] for row in rows]
    assert "opgehaald" in visit_at.text()
    assert "al opgehaald" not in visit_at.text()


def sign_ins(page: Page) -> int:
    """Add up the numbers below the first chart; a chart that has nothing to show has none."""
    return sum(int(number) for number in page.locator("figure").first.locator("td").all_text_contents())


def test_numbers_follow_a_pupil_that_signs_in(visit_at: Visit, visit: Visit, portal: Portal, size: str) -> None:
    school = "Basisschool De Proefballon" if size == "desktop" else "Kindcentrum Het Grote Voorbeeld"
    person = portal.person("ict_coordinator", school)
    code = person["school"].rpartition("(")[2].rstrip(")")
    visit_at.sign_in(person)
    visit_at.go(f"/school/{code}/cijfers/")
    before = sign_ins(visit_at.page)

    visit.sign_in_pupil(portal.pupil("picture_code", school))
    visit.page.wait_for_url(re.compile("/lesmateriaal/"))
    visit_at.go(f"/school/{code}/cijfers/")
    visit_at.page.get_by_text("Hetzelfde in getallen").first.click()
    visit_at.look()

    assert visit_at.page.locator("figure").first.locator("rect").count() == 1
    assert sign_ins(visit_at.page) == before + 1
