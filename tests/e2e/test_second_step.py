"""The second step of signing in, in a real browser with a passkey of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Portal, Visit

pytestmark = pytest.mark.e2e
SCHOOL = "99ZZ00"


def give_passkeys(visit: Visit) -> None:
    """Give the browser a fingerprint reader that always knows its owner."""
    session = visit.page.context.new_cdp_session(visit.page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


@pytest.mark.requirement("SR-A11")
def test_head_makes_a_passkey_prints_codes_and_signs_in_with_it(visit_at: Visit, portal: Portal, size: str) -> None:
    visit = visit_at
    head = portal.person("head", SCHOOL if size == "desktop" else "99XX01")
    visit.sign_in(head)
    give_passkeys(visit)
    visit.go("/account/tweede-stap/passkey/")

    visit.page.get_by_role("button", name="Passkey maken").click()
    visit.page.wait_for_url("**/herstelcodes/")
    visit.look()
    visit.click("Tien herstelcodes maken")
    codes = visit.page.locator(".codes code").all_inner_texts()
    visit.go("/account/tweede-stap/")
    visit.go("/uitloggen/")
    visit.click("Uitloggen")
    visit.go("/inloggen/")
    visit.page.get_by_label("E-mailadres").fill(head["email"])
    visit.page.get_by_label("Wachtwoord").fill(head["password"])
    visit.click("Inloggen")
    visit.page.get_by_role("button", name="Mijn passkey gebruiken").click()
    visit.page.wait_for_url("**/school/**")

    assert len(set(codes)) == 10
    assert head["school"].split(" (")[0] in visit.page.content()


def test_wrong_code_gets_a_clear_word_and_no_further(visit: Visit, portal: Portal) -> None:
    head = portal.person("head", "99XX00")
    visit.go("/inloggen/")
    visit.page.get_by_label("E-mailadres").fill(head["email"])
    visit.page.get_by_label("Wachtwoord").fill(head["password"])
    visit.click("Inloggen")

    visit.page.get_by_label("Code").fill("ABCD-EFGH-JKMN")
    visit.click("Verder")

    assert "Deze code klopt niet" in visit.text()
    visit.go("/school/99XX00/")
    assert "/tweede-stap/" in visit.page.url
