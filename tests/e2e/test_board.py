"""A board looks at its schools, checks a list of staff and takes it along; the school sees that (product A4)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Portal, Visit

pytestmark = pytest.mark.e2e
BOARD = "Stichting Voorbeeldscholen"
SCHOOL = "Basisschool De Proefballon"


def person(portal: Portal, role: str, place: str) -> dict[str, str]:
    return next(one for one in portal.facts["identities"] if one["role"] == role and one["school"].startswith(place))


def test_board_checks_the_staff_of_a_school_and_the_school_sees_it(
    portal: Portal, visit_at: Visit, visit: Visit
) -> None:
    visit_at.sign_in(person(portal, "board_member", BOARD))

    assert visit_at.page.url.endswith("/bestuur/00001/")
    assert "99XX00" in visit_at.text()
    assert "99ZZ00" not in visit_at.text()

    visit_at.click(SCHOOL, "link")
    assert "Coco Voorbeeld" in visit_at.text()
    visit_at.click("Ik heb deze lijst gecontroleerd")
    told = f"Bea Voorbeeld van {BOARD} controleerde deze lijst op"
    assert told in visit_at.text()

    visit_at.click("Laat de lijst maken")
    fetch = visit_at.page.get_by_role("button", name="Ophalen")
    fetch.wait_for()
    visit_at.look()
    with visit_at.page.expect_download() as download:
        fetch.click()
    rows = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig")), delimiter=";"))
    assert "Coco Voorbeeld" in [row[0] for row in rows]

    visit.sign_in(person(portal, "ict_coordinator", SCHOOL))
    visit.go("/school/99XX00/medewerkers/")
    assert told in visit.text()
