"""Links that are mailed, opened in a real browser: a forgotten password, an invitation, another address."""

from __future__ import annotations

import json
import re
import urllib.request
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Portal, Visit

pytestmark = pytest.mark.e2e
NEW = "Nieuw4boot7tak"


def mailed_link(visit: Visit, portal: Portal, address: str, purpose: str, *, but: str = "") -> str:
    """Wait for the mail to an address and give the link in it, if it is not the one given."""
    for _ in range(60):
        with urllib.request.urlopen(f"{portal.facts['mailbox_url']}/mails.json") as answer:  # noqa: S310 - our own page
            mails = json.load(answer)
        for mail in mails:
            found = re.search(rf"http\S+/link/{purpose}/\S+", mail["text"])
            if address in mail["recipients"] and found and found.group() != but:
                return found.group()
        visit.page.wait_for_timeout(500)
    pytest.fail(f"no mail for {purpose} came")


def choose(visit: Visit, link: str) -> None:
    visit.go(link)
    visit.page.get_by_label("Nieuw wachtwoord", exact=True).fill(NEW)
    visit.click("Wachtwoord instellen")


def sign_in(visit: Visit, address: str) -> None:
    visit.page.get_by_label("E-mailadres").fill(address)
    visit.page.get_by_label("Wachtwoord", exact=True).fill(NEW)
    visit.click("Inloggen")


@pytest.mark.requirement("SR-C08")
def test_teacher_who_forgot_the_password_chooses_another_and_gets_in(
    visit_at: Visit, portal: Portal, size: str
) -> None:
    visit = visit_at
    school = "99ZZ00" if size == "desktop" else "99XX01"
    teacher = portal.person("teacher", school)
    visit.go("/wachtwoord-vergeten/")
    visit.page.get_by_label("E-mailadres").fill(teacher["email"])
    visit.page.locator("main form button.button--primary").click()
    visit.page.wait_for_load_state()

    choose(visit, mailed_link(visit, portal, teacher["email"], "password_reset"))
    sign_in(visit, teacher["email"])

    assert f"/school/{school}/" in visit.page.url
    teacher["password"] = NEW


def test_click_on_a_dead_link_brings_a_new_one(visit: Visit, portal: Portal) -> None:
    teacher = portal.person("teacher", "99XX01")
    visit.go("/wachtwoord-vergeten/")
    visit.page.get_by_label("E-mailadres").fill(teacher["email"])
    visit.click("Mail mij een link")
    dead = mailed_link(visit, portal, teacher["email"], "password_reset")
    choose(visit, dead)
    teacher["password"] = NEW

    visit.page.goto(dead)
    visit.look()
    visit.click("Mail mij een nieuwe link")

    assert "is er een mail met een nieuwe onderweg" in visit.page.locator("body").inner_text()
    assert mailed_link(visit, portal, teacher["email"], "password_reset", but=dead)


def test_invited_colleague_chooses_a_password_and_changes_the_address(visit: Visit, portal: Portal) -> None:
    visit.sign_in(portal.person("ict_coordinator", "99XX01"))
    visit.go("/school/99XX01/medewerkers/uitnodigen/")
    address, other = "nova.nieuw@voorbeeldschool.example", "nova.anders@voorbeeldschool.example"
    for label, words in (("Voornaam", "Nova"), ("Achternaam", "Voorbeeld"), ("E-mailadres", address)):
        visit.page.get_by_label(label).fill(words)
    visit.click("Uitnodiging versturen")
    visit.go("/uitloggen/")
    visit.click("Uitloggen")
    choose(visit, mailed_link(visit, portal, address, "activation"))
    sign_in(visit, address)
    visit.go("/account/adres/")
    visit.page.get_by_label("E-mailadres").fill(other)
    visit.click("Link mailen")

    visit.go(mailed_link(visit, portal, other, "address_change"))
    visit.click("Ja, dit is mijn adres")
    sign_in(visit, other)

    assert "/school/99XX01/" in visit.page.url
