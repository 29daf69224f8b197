"""The extra check after wrong passwords, in a real browser: by the script, and without any."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import SIZES, Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.e2e.conftest import Portal

pytestmark = pytest.mark.e2e
WORDS = {"twee": 2, "drie": 3, "vier": 4, "vijf": 5, "zes": 6, "zeven": 7, "acht": 8, "negen": 9}


def second_teacher(portal: Portal, school: str) -> dict[str, str]:
    """Give a teacher whom no other journey needs: failures stay with an account for a quarter of an hour."""
    people: list[dict[str, str]] = portal.facts["identities"]
    return next(one for one in people if one["email"].startswith(f"leerkracht2@{school}"))


def try_to_sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Wachtwoord").fill(password)
    page.get_by_role("button", name="Inloggen").click()
    page.wait_for_load_state()


def test_check_comes_after_four_wrong_passwords_and_the_script_does_it(
    visit_at: Visit, portal: Portal, size: str
) -> None:
    person = second_teacher(portal, {"desktop": "99xx00", "phone": "99xx01"}[size])
    page = visit_at.page
    visit_at.go("/inloggen/")
    for _ in range(4):
        assert page.locator("[data-challenge]").count() == 0
        try_to_sign_in(page, person["email"], "Fout1fout2")
    page.get_by_text("Gecontroleerd. Je kunt verder.").wait_for()
    visit_at.look()
    assert page.get_by_label("Hoeveel is").is_hidden()

    try_to_sign_in(page, person["email"], person["password"])

    page.wait_for_url(lambda url: "/inloggen/" not in url)


def test_check_is_a_question_without_javascript(browser: Browser, portal: Portal, size: str) -> None:
    person = second_teacher(portal, "99zz00")
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=False)
    page = context.new_page()
    page.goto(portal.url + "/inloggen/")
    for _ in range(4):
        try_to_sign_in(page, person["email"], "Fout1fout2")
    question = page.locator("label[for=challenge-answer]").inner_text()
    numbers = [WORDS[word] for word in re.findall(r"\w+", question) if word in WORDS]
    page.locator("#challenge-answer").fill(str(sum(numbers)))
    try_to_sign_in(page, person["email"], person["password"])
    assert "Wacht 15 seconden" in page.locator("main").inner_text()
    page.wait_for_timeout(15_500)

    try_to_sign_in(page, person["email"], person["password"])

    assert "/inloggen/" not in page.url
    context.close()


def test_rules_of_a_password_are_told_while_it_is_typed(visit_at: Visit, portal: Portal) -> None:
    visit_at.sign_in(portal.person("teacher", "Proefballon"))
    visit_at.go("/account/")
    field = visit_at.page.get_by_label("Nieuw wachtwoord")
    said = visit_at.page.locator("[data-rules-said]")

    field.fill("vis")
    visit_at.page.get_by_text("Nog nodig: minstens 8 tekens, een cijfer").wait_for(state="attached")
    field.fill("Vis4kano8brug")
    visit_at.page.get_by_text("Alle regels kloppen.").wait_for(state="attached")

    assert said.get_attribute("aria-live") == "polite"
    assert visit_at.page.locator("[data-rule].is-kept").count() == 4
    visit_at.look()
