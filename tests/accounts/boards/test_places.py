"""Choosing and switching between schools and boards; roles add up (product A4, SR-A06)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import RoleName
from tests import factories
from tests.accounts.boards.addresses import page_of, staff_page
from tests.conftest import PortalClient

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import School


@pytest.fixture
def both(school: School, member: User, other_school: School) -> User:
    """Somebody of a board who is coordinator at a school of another board."""
    assert school.board is not None
    factories.make_role(member, RoleName.ICT_COORDINATOR, other_school)
    return member


def test_who_has_one_place_is_led_there_at_once(browser: PortalClient, school: School) -> None:
    answer: Any = browser.get("/")

    assert answer["Location"] == page_of(school)


def test_who_has_a_board_and_a_school_chooses(both: User, browser: PortalClient, school: School) -> None:
    shown = browser.get("/")

    places = [(place.kind, place.name) for place in shown.context["places"]]
    assert [kind for kind, _name in places] == ["school", "board"]
    assert places[1][1] == str(school.board)
    assert both.running_roles()


def test_who_is_at_two_schools_and_two_boards_reaches_each_and_no_other(
    both: User, browser: PortalClient, school: School, other_school: School
) -> None:
    another, strange = factories.make_board(), factories.make_school()
    factories.make_role(both, RoleName.BOARD_MEMBER, board=another)
    paths = {
        page_of(school): 200,
        staff_page(school): 200,
        f"/bestuur/{another.number}/": 200,
        f"/school/{other_school.code}/": 200,
        page_of(other_school): 404,
        f"/school/{school.code}/": 404,
        page_of(strange): 404,
    }

    assert {path: browser.get(path).status_code for path in paths} == paths


@pytest.mark.requirement("SR-A06")
def test_switch_goes_on_under_a_new_key_and_the_old_one_is_dead(
    both: User, browser: PortalClient, other_school: School, school: School
) -> None:
    assert both.running_roles()
    before = browser.cookies["session"].value
    answer: Any = browser.post("/wisselen/", {"kind": "school", "code": other_school.code})
    old = PortalClient()
    old.cookies["session"] = before
    late: Any = old.get(page_of(school))

    assert answer["Location"] == f"/school/{other_school.code}/"
    assert browser.cookies["session"].value != before
    assert browser.get(page_of(school)).status_code == 200
    assert late["Location"].startswith("/inloggen")


@pytest.mark.requirement("SR-B02")
@pytest.mark.parametrize("kind", ["school", "board", "x", ""])
def test_switch_to_a_place_of_somebody_else_is_not_there(
    browser: PortalClient, other_school: School, kind: str
) -> None:
    assert other_school.board is not None
    code = other_school.board.number if kind == "board" else other_school.code
    before = browser.cookies["session"].value

    assert browser.post("/wisselen/", {"kind": kind, "code": code}).status_code == 404
    assert browser.cookies["session"].value == before


def test_switching_takes_a_form(browser: PortalClient) -> None:
    assert browser.get("/wisselen/").status_code == 405


def test_roles_at_a_board_and_at_one_of_its_schools_add_up(browser: PortalClient, member: User, school: School) -> None:
    factories.make_role(member, RoleName.TEACHER, school)

    assert browser.get(staff_page(school)).status_code == 200
    assert member.has_perm("accounts.staff.view", school) is False
    assert member.has_perm("accounts.board.staff", school.board) is True
    assert member.has_perm("accounts.board.staff", school) is False
