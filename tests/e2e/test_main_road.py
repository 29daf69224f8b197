"""The main road, from a school's roster to a pupil in the learning material."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schools.edexml.generate import FIRST_NAMES
from tests.e2e.conftest import VAR

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.e2e.conftest import Portal, Visit

pytestmark = pytest.mark.e2e

READY = "99XX00"
READY_NAME = "Basisschool De Proefballon"
NEW = "99DE00"
ONLY_THESE = {"given_name", "year_group", "group_name", "role"}


def open_material(visit: Visit, name: str) -> None:
    visit.page.get_by_role("button", name=name).click()
    visit.page.wait_for_load_state()


def received(visit: Visit) -> tuple[str, set[str]]:
    """Give the pseudonym and the names of the fields that the publisher shows."""
    claims = visit.page.locator("[data-claim]").evaluate_all("all => all.map(one => one.dataset.claim)")
    return visit.page.locator("#sub").inner_text(), set(claims)


def test_new_school_accepts_delivers_its_roster_and_sees_its_groups(visit: Visit, portal: Portal) -> None:
    visit.sign_in(portal.person("ict_coordinator", NEW))
    visit.go(f"/school/{NEW}/leerlingen-en-groepen/")
    assert "verwerkersovereenkomst" in visit.page.url
    visit.click("Akkoord")

    visit.go(f"/school/{NEW}/leerlingen-en-groepen/")
    visit.page.locator('input[type="file"]').set_input_files(VAR / "demo-rosters" / f"{NEW}.xml")
    visit.click("Uploaden")
    apply = visit.page.get_by_role("button", name="Verwerken")
    apply.wait_for(timeout=60_000)
    assert "Voorbeeld" in visit.text()
    visit.look()
    for box in visit.page.locator('form[action$="toepassen/"] input[type="checkbox"]').all():
        box.check()
    visit.click("Verwerken")

    visit.go(f"/school/{NEW}/leerlingen-en-groepen/")
    assert "120" in visit.text()
    visit.go(f"/school/{NEW}/")
    assert visit.page.locator(".tile").count() >= 4


def test_hostile_file_is_refused_with_the_reason(visit: Visit, portal: Portal) -> None:
    hostile = b'<?xml version="1.0"?>\n<!DOCTYPE EDEX [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<EDEX>&a;</EDEX>'
    visit.sign_in(portal.person("ict_coordinator", "99ZZ00"))
    visit.go("/school/99ZZ00/leerlingen-en-groepen/")
    before = visit.page.locator(".stat__number").first.inner_text()

    visit.page.locator('input[type="file"]').set_input_files(
        {"name": "roster.xml", "mimeType": "text/xml", "buffer": hostile}
    )
    visit.click("Uploaden")
    visit.page.get_by_text("DOCTYPE").first.wait_for(timeout=60_000)
    visit.look()
    words = visit.text()
    visit.go("/school/99ZZ00/leerlingen-en-groepen/")

    assert "root:" not in words
    assert visit.page.locator(".stat__number").first.inner_text() == before


def test_coordinator_sees_the_very_records_before_switching_a_publisher_on(visit: Visit, portal: Portal) -> None:
    visit.sign_in(portal.person("ict_coordinator", "99ZZ00"))
    visit.go("/school/99ZZ00/uitgeverijen/")
    visit.click("Uitgeverij De Leesplank", "link")

    assert "Voornaam" in visit.text()
    records = visit.page.locator("table").nth(2).inner_text().split()
    assert set(records) & set(FIRST_NAMES)
    visit.page.locator('form[action$="/aan/"] input[type="checkbox"]').check()
    visit.click("Aanzetten")
    assert visit.page.get_by_role("link", name="Uitzetten").is_visible()


def test_teacher_sees_the_group_and_prints_the_cards(visit_at: Visit, portal: Portal) -> None:
    visit = visit_at
    visit.sign_in(portal.person("teacher", READY))
    visit.go(f"/school/{READY}/groepen/")
    visit.page.locator("main a[href*='/groepen/']").first.click()
    visit.page.wait_for_load_state()
    visit.look()

    assert "Leesplankjes" in visit.text()
    visit.page.locator("a[href$='/kaartjes/']").first.click()
    visit.page.wait_for_load_state()
    visit.look()
    assert visit.page.locator(".sign-in-card").count() >= 8


@pytest.mark.parametrize("kind", ["picture_code", "pincode"])
def test_pupil_opens_material_and_the_publisher_gets_only_what_was_agreed(
    visit_at: Visit, portal: Portal, kind: str
) -> None:
    visit = visit_at
    pupil = portal.pupil(kind, READY_NAME)
    visit.sign_in_pupil(pupil)
    visit.look()

    open_material(visit, "Leesplankjes")
    pseudonym, fields = received(visit)

    assert visit.page.url.startswith(portal.publisher_url)
    assert len(pseudonym) >= 20
    assert fields <= ONLY_THESE
    assert pupil["name"].split()[0] in visit.text()
    assert pupil["name"].split()[-1] not in visit.page.content()


def test_publisher_that_is_switched_off_gets_nothing_at_the_next_click(
    visit: Visit, portal: Portal, browser: Browser
) -> None:
    school, name = "99XX01", "Kindcentrum Het Grote Voorbeeld"
    pupil = visit
    pupil.sign_in_pupil(portal.pupil("pincode", name))
    context = browser.new_context()
    coordinator = type(visit)(context.new_page(), portal)
    coordinator.sign_in(portal.person("ict_coordinator", school))
    coordinator.go(f"/school/{school}/uitgeverijen/")
    coordinator.click("Uitgeverij De Leesplank", "link")
    coordinator.click("Uitzetten", "link")
    coordinator.click("Uitzetten")

    open_material(pupil, "Rekenrups")
    pupil.look()
    trace = pupil.page.locator(".trace").inner_text()
    coordinator.go(f"/school/{school}/storingscode/")
    coordinator.page.locator("main input").first.fill(trace)
    coordinator.click("Opzoeken")

    assert pupil.page.url.startswith(portal.url)
    assert "Uitgeverij De Leesplank" in coordinator.text()
    context.close()
