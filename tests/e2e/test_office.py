"""Two of the helpdesk renew a second step that no school can renew (product A3; SR-A06)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Portal, Visit

pytestmark = pytest.mark.e2e


def test_two_of_the_helpdesk_renew_a_second_step_and_neither_alone(
    visit: Visit, visit_at: Visit, portal: Portal, size: str
) -> None:
    people = portal.facts["identities"]
    asking, confirming = [one for one in people if one["role"] == "helpdesk"]
    # Each size needs somebody who still has the second step, and whom no other test asks for it.
    on_desktop = size == "desktop"
    owner = "Stichting De Verzonnen Bomen" if on_desktop else "security_officer"
    person = next(one for one in people if owner in (one["school"], one["role"]))
    page = f"{portal.office_url}/kantoor/officereset/"
    visit.sign_in(asking, at=portal.office_url)
    visit_at.sign_in(confirming, at=portal.office_url)

    visit.go(page)
    visit.page.get_by_label("E-mailadres waarmee").fill(person["email"])
    visit.page.get_by_label("Nummer van de melding").fill("HD-4712")
    visit.page.get_by_label("gezien, met een identiteitsbewijs").check()
    visit.page.get_by_role("button", name="Vragen").dblclick()
    visit.page.get_by_text("Een collega moet dit bevestigen").wait_for()
    visit.page.wait_for_load_state()
    visit.look()
    asked = visit.text()
    visit_at.go(page)
    waiting = visit_at.text()
    visit_at.page.get_by_label("E-mailadres dat in de melding staat").fill(person["email"])
    visit_at.click("Bevestigen")
    confirmed = visit_at.text()
    visit.page.context.clear_cookies()
    without = {name: value for name, value in person.items() if name != "totp_secret"}
    visit.sign_in(without, at="" if on_desktop else portal.office_url)

    assert "Een collega moet dit bevestigen" in asked
    assert person["email"] not in waiting
    assert person["name"] not in waiting
    assert "De tweede stap is weggehaald" in confirmed
    assert visit.page.url.endswith("/account/tweede-stap/")
    assert "Stel je tweede stap in" in visit.text()
