"""The helpdesk asks, the school says yes, the helpdesk looks along, and the school sees each look and ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Portal, Visit

pytestmark = pytest.mark.e2e


@pytest.mark.requirement("SR-B07")
@pytest.mark.requirement("SR-A06")
def test_helpdesk_looks_along_by_leave_of_the_school_until_it_ends(
    visit: Visit, visit_at: Visit, portal: Portal, size: str
) -> None:
    code = "99ZZ00" if size == "desktop" else "99XX01"
    school, desk = visit, visit_at
    page = f"{portal.office_url}/kantoor/school/{code}/"
    teacher = portal.person("teacher", code)
    school.sign_in(portal.person("ict_coordinator", code))
    helpers = [one for one in portal.facts["identities"] if one["role"] == "helpdesk"]
    desk.sign_in(helpers[size == "phone"], at=portal.office_url)

    desk.go(f"{page}personen/")
    unasked = desk.text()
    desk.go(page)
    desk.page.get_by_label("Nummer van de melding").fill("HD-4711")
    desk.click("Vraag om mee te kijken")
    school.go(f"/school/{code}/")
    school.click("Antwoord geven", "link")
    asked = school.text()
    school.click("Ja, laat de helpdesk meekijken")
    desk.go(f"{portal.office_url}/kantoor/supportgrant/")
    desk.click(portal.person("teacher", code)["school"].rpartition(" (")[0], "link")
    desk.click("Zoek een persoon", "link")
    desk.page.get_by_label("Naam").fill(teacher["name"].split()[0])
    desk.click("Tonen")
    desk.page.get_by_role("link", name=teacher["name"]).click()
    desk.look()
    desk.click("Meekijken")
    banner = desk.page.get_by_role("complementary", name="Meekijken").inner_text()
    along = desk.text()
    desk.page.locator("a.tile").first.click()
    desk.look()
    desk.click("Inlogkaartjes", "link")
    cards = desk.text()
    school.go(f"/school/{code}/helpdesk/")
    looks = school.text()
    school.click("Nu beëindigen")
    desk.go(f"{portal.office_url}/school/{code}/")
    ended = desk.text()

    assert "Deze pagina is er niet" in unasked
    assert "HD-4711" in asked
    assert f"Je kijkt mee met {teacher['name']}" in banner
    assert f"Hallo {teacher['name'].split()[0]}" in along
    assert "Je kijkt alleen mee" in cards
    assert [words in looks for words in ("zocht naar een persoon", "keek mee (het overzicht van een groep)")] == [
        True,
        True,
    ]
    assert teacher["name"] in looks
    assert "Deze pagina is er niet" in ended
