"""The class start: a teacher opens it, and children at three screens get in, one of them by a tap."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.e2e.conftest import Visit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext

    from tests.e2e.conftest import Portal

pytestmark = pytest.mark.e2e

READY = "99XX00"
READY_NAME = "Basisschool De Proefballon"
TABLET = ViewportSize(width=1024, height=768)
INSIDE = re.compile("lesmateriaal")


@pytest.fixture
def tablets(portal: Portal, browser: Browser) -> Iterator[list[Visit]]:
    """Three tablets of the class, each with a browser of its own."""
    contexts: list[BrowserContext] = [browser.new_context(viewport=TABLET) for _ in range(3)]
    for context in contexts:
        context.set_default_timeout(15_000)
    visits = [Visit(context.new_page(), portal) for context in contexts]
    yield visits
    for context in contexts:
        context.close()
    assert [one.foreign for one in visits] == [[], [], []]


def choose(tablet: Visit, address: str, group: str, place: int) -> str:
    """Tap the group and a name; give the name."""
    tablet.go(address)
    tablet.click(group, "link")
    tile = tablet.page.locator(".choice-tile").nth(place)
    name = tile.locator(".choice-tile__name").inner_text()
    tile.click()
    tablet.page.locator(".pupil-who").wait_for()
    tablet.look()
    return name


def test_teacher_opens_the_class_start_and_three_screens_get_in_one_by_a_tap(
    visit_at: Visit, portal: Portal, tablets: list[Visit]
) -> None:
    teacher = visit_at
    teacher.sign_in(portal.person("teacher", READY))
    teacher.go(f"/school/{READY}/klassenstart/")
    teacher.page.get_by_role("button", name=re.compile("Nu starten|Stoppen")).wait_for()
    if teacher.page.get_by_role("button", name="Nu starten").count():
        teacher.click("Nu starten")
    expect(teacher.page.locator(".live__head--open")).to_be_visible()
    group = teacher.page.locator("h1").inner_text().removeprefix("Klassenstart ")
    pupils = [one for one in portal.facts["pupils"] if (one["school"], one["group"]) == (READY_NAME, group)]
    first, second = pupils[:2]

    tablets[0].sign_in_pupil(first)
    tablets[1].sign_in_pupil(second)
    name = choose(tablets[2], first["sign_in_url"], first["group"], 6)
    tablets[2].click("Vraag je juf of meester")
    sign = tablets[2].page.locator(".ask-sign__word").inner_text()
    asking = teacher.page.locator(".asks__one", has_text=name)
    asking.wait_for()
    teacher.look()
    assert asking.locator("img").get_attribute("alt") == sign

    asking.get_by_role("button", name=re.compile("^Laat binnen")).click()
    tablets[2].page.wait_for_url(INSIDE)
    tablets[2].look()
    expect(teacher.page.locator(".live-pupil--in", has_text=name)).to_be_visible()
    count = int(teacher.page.locator(".live__number").inner_text())
    teacher.look()

    assert [INSIDE.search(tablet.page.url) is not None for tablet in tablets] == [True, True, True]
    assert count >= 3
    teacher.go(teacher.page.url + "bord/")
    assert teacher.page.locator(".board__qr").is_visible()
    teacher.click("Terug naar je eigen scherm", "link")
    teacher.click("Stoppen")
    assert "eindigde om" in teacher.text()
    for tablet in tablets:
        tablet.click("Klaar")


def test_badge_opened_with_the_own_camera_leaves_no_secret_in_the_address(visit: Visit, portal: Portal) -> None:
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))

    visit.go("/badge/#" + "a" * 26)
    visit.page.get_by_text("Deze badge werkt niet meer").wait_for()
    visit.look()

    assert visit.page.url == f"{portal.url}/badge/"
    assert not any("aaaa" in url for url in asked)


def test_child_lets_the_screen_read_itself_aloud(visit: Visit, portal: Portal) -> None:
    pupil = portal.pupil("picture_code", READY_NAME)
    visit.page.add_init_script(
        "window.said = []; speechSynthesis.speak = (one) => window.said.push(one.text);"
        "speechSynthesis.cancel = () => {};"
    )
    choose(visit, pupil["sign_in_url"], pupil["group"], 0)

    visit.click("Lees voor")
    said = visit.page.evaluate("window.said")
    visit.page.locator(".picture-pad__picture").nth(3).focus()

    assert said[0] == "Tik op je vier plaatjes"
    assert said[1:13] == visit.page.locator(".picture-pad__picture").evaluate_all("all => all.map(e => e.ariaLabel)")
    assert visit.page.evaluate("window.said.at(-1)") == said[4]
    assert visit.page.get_by_role("button", name="Lees voor").get_attribute("aria-pressed") == "true"


def test_pictures_are_reached_and_tapped_by_a_switch(visit: Visit, portal: Portal) -> None:
    pupil = portal.pupil("picture_code", READY_NAME)
    choose(visit, pupil["sign_in_url"], pupil["group"], 0)
    visit.page.locator(".picture-pad__picture").first.focus()

    reached = []
    for _ in range(12):
        reached.append(visit.page.evaluate("document.activeElement.value"))
        visit.page.keyboard.press("Tab")
    visit.page.locator(".picture-pad__picture").nth(2).focus()
    visit.page.keyboard.press("Space")

    expect(visit.page.locator(".code-dots__dot--filled")).to_have_count(1)
    assert len(set(reached)) == 12
