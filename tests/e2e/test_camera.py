"""A badge of paper before a camera: printed by a teacher, held up by a child, read by the page."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from PIL import Image

from tests.e2e.conftest import Visit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.e2e.conftest import Portal

pytestmark = [pytest.mark.e2e, pytest.mark.requirement("SR-A16")]
SCHOOL = "99XX00"
DOTS_A_MM = 8
FRAME = (640, 480)
FRAMES = 20


def print_badges(visit: Visit, portal: Portal, file: Path) -> None:
    """Print new badges as the teacher of a group does."""
    visit.sign_in(portal.person("teacher", SCHOOL))
    visit.go(f"/school/{SCHOOL}/groepen/")
    for step in ("a.tile--door", "main a[href$='/inloggen/']", "a[href$='/badges/']"):
        visit.page.locator(step).first.click()
        visit.page.wait_for_load_state()
    with visit.page.expect_download() as asked:
        visit.page.locator("main form button").first.click()
    asked.value.save_as(file)


def film_of(badge: Path, film: Path) -> None:
    """Make a film of the first badge on the sheet, as a camera sees it: small, grey, on a table."""
    page = pypdfium2.PdfDocument(badge)[0]
    sheet = page.render(scale=DOTS_A_MM * 25.4 / 72).to_pil().convert("RGB")
    piece = sheet.crop((0, 0, sheet.width // 2, sheet.height // 4))
    seen = Image.new("RGB", FRAME, "#b9a88c")
    piece.thumbnail((FRAME[0] - 80, FRAME[1] - 80))
    seen.paste(piece.rotate(4, expand=True, fillcolor="#b9a88c"), (30, 40))
    with film.open("wb") as frames:
        for _ in range(FRAMES):
            seen.save(frames, "JPEG", quality=70)


@pytest.fixture
def held_up(visit: Visit, portal: Portal, browser: Browser, tmp_path: Path) -> Iterator[Visit]:
    """Somebody at a browser whose camera sees a badge that was printed a moment ago."""
    print_badges(visit, portal, tmp_path / "badge.pdf")
    film_of(tmp_path / "badge.pdf", tmp_path / "badge.mjpeg")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    camera = [
        "--no-sandbox",
        "--disable-background-networking",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={tmp_path / 'badge.mjpeg'}",
    ]
    started = browser.browser_type.launch(executable_path=program, args=camera)
    one = Visit(started.new_context(locale="en-US").new_page(), portal)
    yield one
    started.close()
    assert one.foreign == []


def test_printed_badge_before_the_camera_lets_the_child_in(held_up: Visit) -> None:
    held_up.go("/badge/")

    held_up.page.get_by_role("button", name="Camera aan").click()

    held_up.page.wait_for_url(re.compile("/lesmateriaal/"), timeout=20_000)
    assert [text for text in held_up.console if "Content Security Policy" in text] == []


def test_without_a_camera_the_page_says_what_else_works(visit: Visit) -> None:
    visit.go("/badge/")

    visit.page.get_by_role("button", name="Camera aan").click()

    visit.page.get_by_text("De camera doet het hier niet").wait_for()
    assert visit.page.get_by_label("Of typ de letters op je badge").is_visible()
