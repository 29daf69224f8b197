"""Every page in both languages: by its links, with axe, in one language, light, and asking nobody else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Portal, Visit

pytestmark = pytest.mark.e2e

READY = "99XX00"
READY_NAME = "Basisschool De Proefballon"
# What travels for a page and its styles and scripts, images and letters apart.
HEAVIEST_BYTES = 60_000
MOST_PAGES = 45
ADDRESS_OF_ONE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\?.*")
# Words that no page can do without in one language and that do not exist in the other, nor in a person's name.
DUTCH = re.compile(r"\b(het|een|voor|geen|niet|wordt|jouw|je|deze|naar|zijn|dit|terug|bij)\b")
ENGLISH = re.compile(r"\b(the|for|your|you|this|these|with|from|are|not|what|which|back)\b")
FOREIGN = {"nl": ENGLISH, "en": DUTCH}
KEY_WORDS = {
    "nl": {"teacher": "Lesmateriaal", "pupil": "Klaar", "ict_coordinator": "Uitgeverijen"},
    "en": {"teacher": "Learning material", "pupil": "Done", "ict_coordinator": "Publishers"},
}
WORDS = """() => {
  const page = document.body.cloneNode(true);
  const other = document.documentElement.lang === "nl" ? "en" : "nl";
  page.querySelectorAll(`[lang="${other}"], [translate="no"], code, pre, script, style`).forEach(one => one.remove());
  const labels = [...page.querySelectorAll("[aria-label], [title], [alt], [placeholder]")].flatMap(
    one => ["aria-label", "title", "alt", "placeholder"].map(name => one.getAttribute(name) || ""));
  return page.innerText + " " + labels.join(" ") + " " + document.title;
}"""
WEIGHT = """() => performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"))
  .filter(one => !/\\.(svg|png|jpg|webp|ico|woff2)(\\?|$)/.test(one.name))
  .reduce((sum, one) => sum + one.encodedBodySize, 0)"""
LINKS = "() => [...document.querySelectorAll('a[href]')].map(one => one.href.split('#')[0])"


def walk(visit: Visit, start: str, language: str, *, at: str = "") -> list[str]:
    """Follow every link from a page, one of each kind, and look closely at each page; give the addresses."""
    page, host = visit.page, at or visit.portal.url
    waiting, seen = [host + start], list[str]()
    kinds = set[str]()
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.pop(0)
        kind = ADDRESS_OF_ONE.sub("", address)
        if kind in kinds or not address.startswith(host) or address.endswith((".svg", ".pdf")):
            continue
        kinds.add(kind)
        answer = page.goto(address)
        assert answer is not None
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        seen.append(address)
        assert answer.status == 200, f"{address}: {answer.status}"
        assert page.evaluate(WEIGHT) < HEAVIEST_BYTES, address
        assert page.locator("html").get_attribute("lang") == language, address
        left = sorted({found.group() for found in FOREIGN[language].finditer(page.evaluate(WORDS))})
        assert left == [], f"{address}: {left}"
        waiting += page.evaluate(LINKS)
        visit.look()
    return seen


def speak(visit: Visit, language: str, *, at: str = "") -> None:
    """Choose the language with the switch at the top, where it is not the page's already."""
    visit.go(at + "/")
    switch = visit.page.locator(f'button[name="language"][value="{language}"]')
    if switch.count():
        switch.first.click()
        visit.page.wait_for_load_state()


@pytest.mark.requirement("SR-G02")
@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("role", ["ict_coordinator", "teacher"])
def test_every_page_of_a_school_is_in_one_language_light_and_asks_nobody_else(
    visit: Visit, portal: Portal, role: str, language: str
) -> None:
    visit.sign_in(portal.person(role, READY))
    speak(visit, language)

    seen = walk(visit, f"/school/{READY}/", language)

    assert len(seen) >= {"ict_coordinator": 15, "teacher": 6}[role], seen
    visit.go(f"/school/{READY}/")
    assert KEY_WORDS[language][role] in visit.page.locator("body").inner_text()


@pytest.mark.requirement("SR-G02")
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_of_a_board_is_in_one_language_light_and_asks_nobody_else(
    visit: Visit, portal: Portal, language: str
) -> None:
    visit.sign_in(portal.person("board_member", "Stichting Voorbeeldscholen"))
    speak(visit, language)

    seen = walk(visit, visit.page.url.removeprefix(portal.url), language)

    assert len([address for address in seen if "/bestuur/" in address]) >= 3, seen


@pytest.mark.requirement("SR-G02")
@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("role", ["helpdesk", "security_officer"])
def test_every_page_of_the_back_office_is_in_one_language_light_and_asks_nobody_else(
    visit: Visit, portal: Portal, role: str, language: str
) -> None:
    office = portal.office_url
    visit.sign_in(portal.person(role, "Basispoort"), at=office)
    speak(visit, language, at=office)

    seen = walk(visit, "/", language, at=office)

    assert len([address for address in seen if "/kantoor/" in address]) >= 3, seen


@pytest.mark.requirement("SR-G02")
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_before_a_pupils_code_is_in_one_language_light_and_asks_nobody_else(
    visit_at: Visit, portal: Portal, language: str
) -> None:
    speak(visit_at, language)
    door = portal.pupil("picture_code", READY_NAME)["sign_in_url"].removeprefix(portal.url)

    seen = walk(visit_at, door, language)

    assert len([address for address in seen if "/s/" in address]) >= 3, seen


@pytest.mark.requirement("SR-G02")
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_of_a_stranger_is_in_one_language_light_and_asks_nobody_else(visit: Visit, language: str) -> None:
    speak(visit, language)

    seen = walk(visit, "/", language)

    assert len(seen) >= 3, seen


@pytest.mark.requirement("SR-G02")
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_of_a_pupil_is_in_one_language_light_and_asks_nobody_else(
    visit_at: Visit, portal: Portal, language: str
) -> None:
    visit = visit_at
    speak(visit, language)
    visit.sign_in_pupil(portal.pupil("picture_code", READY_NAME))

    assert visit.page.locator("html").get_attribute("lang") == language
    assert KEY_WORDS[language]["pupil"] in visit.page.locator("body").inner_text()
    assert visit.page.evaluate(WEIGHT) < HEAVIEST_BYTES
    visit.look()
