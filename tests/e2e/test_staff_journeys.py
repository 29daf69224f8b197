"""What coordinators and teachers do now and then, walked at a desktop and with a phone in the hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import Visit
from tests.e2e.test_mailed_links import choose, mailed_link
from tests.e2e.test_mailed_links import sign_in as sign_in_with_new

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.e2e.conftest import Portal

pytestmark = pytest.mark.e2e
SCHOOL, OTHER = "99ZZ00", "99XX01"


def another(browser: Browser, portal: Portal) -> Visit:
    """Somebody else, at a browser of their own."""
    return Visit(browser.new_context(locale="en-US").new_page(), portal)


def test_teacher_gives_a_substitute_a_pass_that_works_at_once_and_ends_at_once(
    visit_at: Visit, portal: Portal, browser: Browser, size: str
) -> None:
    teacher, address = visit_at, f"inval.{size}@voorbeeldschool.example"
    teacher.sign_in(portal.person("teacher", SCHOOL))
    teacher.go(f"/school/{SCHOOL}/invallers/")
    for label, words in (("Voornaam", "Inge"), ("Achternaam", f"Inval-{size}"), ("E-mailadres", address)):
        teacher.page.get_by_label(label).fill(words)
    teacher.page.get_by_role("checkbox").first.check()
    for label, moment in (("Van", "00:00"), ("Tot", "23:59")):
        teacher.page.get_by_label(label, exact=True).fill(moment)
    teacher.click("Pas geven")

    substitute = another(browser, portal)
    choose(substitute, mailed_link(substitute, portal, address, "activation"))
    sign_in_with_new(substitute, address)
    substitute.page.locator("a.tile--door").first.click()
    substitute.page.wait_for_load_state()
    overview = substitute.page.url
    substitute.look()
    row = teacher.page.locator("li.row", has_text=f"Inval-{size}")
    row.get_by_role("button").click()
    teacher.page.wait_for_load_state()
    after = substitute.page.goto(overview)

    assert "/groepen/" in overview
    assert after is not None
    assert after.status in {403, 404}
    substitute.page.context.close()


def test_coordinator_gives_a_colleague_another_role_changes_it_and_ends_it(visit_at: Visit, portal: Portal) -> None:
    visit = visit_at
    visit.sign_in(portal.person("ict_coordinator", SCHOOL))
    colleague = portal.person("teacher", SCHOOL)["name"]
    visit.go(f"/school/{SCHOOL}/medewerkers/")
    visit.click(colleague, "link")
    visit.page.get_by_text("Nog een rol geven").click()
    visit.page.get_by_label("Rol", exact=True).select_option("support_staff")
    visit.click("Rol geven")
    given = visit.text()
    visit.click("Wijzigen onderwijsondersteuner", "link")
    visit.look()
    visit.page.get_by_label("Laatste dag").fill("2030-07-31")
    visit.click("De rol wijzigen")
    changed = visit.text()
    visit.click("Beëindigen onderwijsondersteuner", "link")
    asked = visit.text()
    visit.click("Rol beëindigen")

    assert "onderwijsondersteuner" in given
    assert "tot en met 31 juli 2030" in changed
    assert "Deze persoon houdt hier:\nleerkracht" in re.sub(r"\n+", "\n", asked)
    assert visit.page.locator("li.row", has_text="onderwijsondersteuner").count() == 0


def test_invited_teacher_of_another_school_is_known_by_the_own_name_once_there(
    visit: Visit, portal: Portal, browser: Browser
) -> None:
    guest_of = portal.person("teacher", OTHER)
    visit.sign_in(portal.person("ict_coordinator", SCHOOL))
    visit.go(f"/school/{SCHOOL}/medewerkers/uitnodigen/")
    facts = (("Voornaam", "Gast"), ("Achternaam", "Onbekend"), ("E-mailadres", guest_of["email"]))
    for label, words in facts:
        visit.page.get_by_label(label).fill(words)
    visit.click("Uitnodiging versturen")
    visit.look()
    before = visit.text()

    guest = another(browser, portal)
    guest.sign_in(guest_of)
    guest.look()
    guest.page.locator("main button", has_text=SCHOOL).click()
    guest.page.wait_for_load_state()
    visit.go(f"/school/{SCHOOL}/medewerkers/")
    after = visit.text()
    visit.click(guest_of["name"], "link")
    visit.click("Beëindigen leerkracht", "link")
    visit.click("Rol beëindigen")

    assert ("Gast Onbekend" in before, guest_of["name"] in before) == (True, False)
    assert ("Gast Onbekend" in after, guest_of["name"] in after) == (False, True)
    guest.page.context.close()


def test_coordinator_adds_the_network_of_the_school_in_one_click_and_takes_it_away(
    visit_at: Visit, portal: Portal
) -> None:
    visit = visit_at
    visit.sign_in(portal.person("ict_coordinator", SCHOOL))
    visit.go(f"/school/{SCHOOL}/netwerk/")
    visit.page.get_by_role("button", name=re.compile("^Voeg .* toe$")).first.click()
    visit.page.wait_for_load_state()
    added = visit.text()
    visit.page.locator("a", has_text=re.compile("^Wijzigen")).first.click()
    visit.page.wait_for_load_state()
    visit.look()
    visit.click("Verwijderen")

    assert "127.0.0.1" in added
    assert "De school heeft geen netwerkadressen ingesteld" in visit.text()


def test_teacher_changes_the_own_name_and_ends_the_session_elsewhere(
    visit_at: Visit, portal: Portal, browser: Browser, size: str
) -> None:
    here, person = visit_at, portal.person("teacher", "99XX00")
    there = another(browser, portal)
    there.sign_in(person)
    here.sign_in(person)
    here.go("/account/")
    here.page.get_by_label("Tussenvoegsel").fill(f"van {size}")
    here.click("Opslaan")
    here.go("/account/sessies/")
    here.click("Overal elders uitloggen")
    there.page.goto(f"{portal.url}/account/")

    assert here.page.locator("li.row").count() == 1
    assert "/inloggen/" in there.page.url
    here.go("/account/")
    assert here.page.get_by_label("Tussenvoegsel").input_value() == f"van {size}"
    there.page.context.close()


def test_shared_computer_is_proposed_where_a_child_came_in_and_forgets_the_teacher(
    visit: Visit, portal: Portal
) -> None:
    person = portal.person("teacher", "99XX00")
    visit.go(portal.facts["pupils"][0]["sign_in_url"])
    visit.go("/inloggen/")
    proposed = visit.page.get_by_label("Anderen gebruiken deze computer ook").is_checked()
    visit.page.get_by_label("E-mailadres").fill(person["email"])
    visit.page.get_by_label("Wachtwoord").fill(person["password"])
    visit.click("Inloggen")
    visit.page.wait_for_url("**/school/99XX00/")
    kept = {cookie["name"]: cookie["expires"] for cookie in visit.page.context.cookies()}

    assert proposed
    assert "device" not in kept
    assert kept["session"] == -1, "it goes when the browser closes"
