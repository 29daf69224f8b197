"""Signing in with a keyboard and nothing else."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from basispoort.demo.mailbox.codes import digits_at

if TYPE_CHECKING:
    from tests.e2e.conftest import Portal, Visit

pytestmark = pytest.mark.e2e

READY = "99XX00"
READY_NAME = "Basisschool De Proefballon"
MOST_STEPS = 120
FOCUSED = """() => {
  const one = document.activeElement;
  const box = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none";
  const all = one === document.body;  // between the last thing and the first
  const seen = box.width > 0 && box.height > 0 && box.top < innerHeight && box.bottom > 0;
  return {seen: all || seen, ring: all || ring, what: one.outerHTML.slice(0, 200)};
}"""


def tab_to(visit: Visit, selector: str) -> None:
    """Press Tab until the focus is there; wherever it stops on the way, it can be seen."""
    for _ in range(MOST_STEPS):
        visit.page.keyboard.press("Tab")
        focus = visit.page.evaluate(FOCUSED)
        assert focus["seen"], focus["what"]
        assert focus["ring"], focus["what"]
        if visit.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} is not reached on {visit.page.url}")


def press_enter(visit: Visit) -> None:
    """Press Enter where the focus is, and wait for the page that follows."""
    with visit.page.expect_navigation():
        visit.page.keyboard.press("Enter")


@pytest.mark.parametrize("kind", ["picture_code", "pincode"])
def test_pupil_signs_in_with_the_keyboard_alone(visit: Visit, portal: Portal, kind: str) -> None:
    pupil = portal.pupil(kind, READY_NAME)
    visit.go(pupil["sign_in_url"])
    group = visit.page.get_by_role("link", name=pupil["group"]).first.get_attribute("href")
    tab_to(visit, f'a[href="{group}"]')
    press_enter(visit)
    name = visit.page.get_by_role("link", name=pupil["name"].split()[0]).first.get_attribute("href")
    tab_to(visit, f'a[href="{name}"]')
    press_enter(visit)

    name_of_key, code = ("picture", pupil[kind].split()) if kind == "picture_code" else ("digit", list(pupil[kind]))
    *first, last = [f'button[name="{name_of_key}"][value="{sign}"]' for sign in code]
    for key in first:
        tab_to(visit, key)
        visit.page.keyboard.press("Enter")
    said = visit.page.locator("[data-tapped] [role=status]").inner_text()
    tab_to(visit, last)
    press_enter(visit)

    assert said == "3 van 4 getikt"
    visit.page.wait_for_url(re.compile("/lesmateriaal/"))
    tab_to(visit, "main button")


def test_pupil_takes_a_tap_back_and_comes_back_to_an_empty_pad(visit: Visit, portal: Portal) -> None:
    pupil = portal.pupil("picture_code", READY_NAME)
    visit.go(pupil["sign_in_url"])
    visit.click(pupil["group"], "link")
    visit.page.get_by_role("link", name=pupil["name"].split()[0]).first.click()
    filled = visit.page.locator(".code-dots__dot--filled")

    keys = visit.page.locator('button[name="picture"]')
    for place in range(3):
        keys.nth(place).click()
    visit.page.locator('button[name="back"]').click()
    after_back = filled.count()
    visit.page.go_back()
    visit.page.go_forward()
    visit.page.locator("[data-tapped] [role=status]", has_text="0 van 4 getikt").wait_for(state="attached")

    assert (after_back, filled.count()) == (2, 0)


def test_coordinator_signs_in_with_the_keyboard_alone(visit: Visit, portal: Portal) -> None:
    person = portal.person("ict_coordinator", READY)
    visit.go("/inloggen/")
    tab_to(visit, 'input[name="email"]')
    visit.page.keyboard.type(person["email"])
    tab_to(visit, 'input[name="password"]')
    visit.page.keyboard.type(person["password"])
    press_enter(visit)
    for _ in range(3):
        tab_to(visit, "main form input:not([type=hidden])")
        visit.page.keyboard.type(digits_at(person["totp_secret"], time.time()))
        press_enter(visit)
        if "/tweede-stap/" not in visit.page.url:
            break
        visit.wait_for_next_code()

    visit.page.wait_for_url(f"**/school/{READY}/")
    tab_to(visit, ".skip-link")
    tab_to(visit, 'nav a[href$="/uitgeverijen/"]')
    press_enter(visit)
    assert visit.page.url.endswith("/uitgeverijen/")
