"""The pages of a board: its own schools and no other, without more queries for more schools (product A4, SR-B09)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from accounts import events
from accounts.actions.staff import announce_leave
from accounts.models import RoleName, User
from basispoort.audit.models import AuditEntry
from basispoort.lib.models import OutgoingMail
from basispoort.lib.tenancy import school_transaction, unscoped
from schools.models import School
from tests import factories
from tests.accounts.boards.addresses import page_of, staff_page, words
from tests.dpa.factories import accept
from tests.test_doors import ALL, ask

if TYPE_CHECKING:
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tests.conftest import PortalClient

OF_BOARDS = [(name, path) for name, path, access in ALL if access and access.kind == "requires_board"]
each_page = pytest.mark.parametrize("address", OF_BOARDS, ids=lambda address: address[0])


def of(address: tuple[str, str], school: School) -> str:
    """Give the address for this school and its board."""
    assert school.board is not None
    return address[1].replace("99999", school.board.number).replace("99XX00", school.code)


@pytest.mark.requirement("SR-B01")
@pytest.mark.django_db
@each_page
def test_stranger_is_sent_to_sign_in(client: Client, address: tuple[str, str]) -> None:
    answer: Any = client.get(address[1])

    assert answer["Location"].startswith("/inloggen")


@pytest.mark.requirement("SR-B02", "SR-B09")
@each_page
def test_another_board_is_as_unknown_as_one_that_does_not_exist(
    browser: PortalClient, school: School, other_school: School, address: tuple[str, str]
) -> None:
    # A list that nobody asked for is not there, at the own board either: tests/accounts/boards/test_lists.py.
    assert address[0] == "accounts:board-export-fetch" or ask(browser, of(address, school)) in {200, 302}
    assert ask(browser, of(address, other_school)) == ask(browser, address[1]) == 404


@pytest.mark.requirement("SR-B02", "SR-B09")
@each_page
def test_coordinator_does_not_enter_the_board_of_the_own_school(
    client: Client, school: School, coordinator: User, address: tuple[str, str]
) -> None:
    client.force_login(coordinator)

    assert ask(client, of(address, school)) == 404


@pytest.mark.requirement("SR-B09")
@pytest.mark.parametrize("rest", ["", "controle/", "lijst/"])
def test_school_of_another_board_is_not_there_under_the_own_board(
    browser: PortalClient, school: School, other_school: School, rest: str
) -> None:
    assert ask(browser, staff_page(school) + rest) in {200, 302}
    assert ask(browser, staff_page(other_school, of=school) + rest) == 404


@pytest.mark.requirement("SR-B09")
def test_school_that_moves_to_another_board_is_out_of_reach_at_the_next_request(
    browser: PortalClient, school: School, other_school: School
) -> None:
    board, staff = page_of(school), staff_page(school)
    before = (browser.get(staff).status_code, school.code in words(browser, board))
    School.objects.filter(pk=school.pk).update(board=other_school.board)

    after = (browser.get(staff).status_code, school.code in words(browser, board))
    assert (before, after) == ((200, True), (404, False))


@pytest.mark.requirement("SR-B09")
@pytest.mark.parametrize("path", ["", "leerlingen/", "medewerkers/", "logboek/"])
def test_board_role_opens_no_page_of_a_school_itself(browser: PortalClient, school: School, path: str) -> None:
    assert browser.get(f"/school/{school.code}/{path}").status_code == 404


@pytest.mark.requirement("SR-A10")
def test_board_role_that_ended_opens_nothing_from_the_next_request_on(
    browser: PortalClient, school: School, member: User
) -> None:
    before = browser.get(page_of(school)).status_code
    factories.end_roles(member)

    assert (before, browser.get(page_of(school)).status_code) == (200, 404)


@pytest.mark.requirement("SR-A11")
def test_board_member_without_a_second_step_is_led_to_it_first(client: Client, school: School) -> None:
    user = factories.make_user()
    factories.make_role(user, RoleName.BOARD_MEMBER, board=school.board)
    client.force_login(user)
    answer: Any = client.get(page_of(school))

    assert answer["Location"].startswith("/inloggen/tweede-stap/")


@pytest.mark.requirement("SR-B02")
def test_door_of_another_board_that_is_tried_stands_in_the_trail(
    browser: PortalClient, other_school: School, member: User
) -> None:
    browser.get(page_of(other_school))

    with unscoped("a test reads the trail"):
        entry = AuditEntry.objects.get(event=events.DENIED)
    assert other_school.board is not None
    assert (entry.actor_id, entry.details) == (member.pk, {"code": other_school.board.number})


def test_list_tells_how_the_access_of_a_school_is_kept_and_names_nobody(
    browser: PortalClient, school: School, coordinator: User
) -> None:
    factories.make_role(factories.make_user(), RoleName.HEAD, school)
    accept(school, coordinator)

    page = browser.get(page_of(school))
    (row,) = page.context["page"].object_list

    assert (row.coordinators, row.without_second_step, row.last_one_stops, row.checked_on) == (1, 1, False, None)
    assert [str(fact.words).split()[0] for fact in row.facts] == ["akkoord"]
    assert coordinator.first_name not in page.content.decode()


def test_school_without_a_coordinator_is_named_and_one_with_a_coordinator_is_not(
    browser: PortalClient, school: School
) -> None:
    before = browser.get(page_of(school)).context["lacking"]
    factories.make_coordinator(school)

    assert [row.school for row in before] == [school]
    assert browser.get(page_of(school)).context["lacking"] == []


@pytest.mark.requirement("SR-B09")
def test_last_coordinator_who_wants_to_stop_is_seen_by_the_board_until_there_is_another(
    browser: PortalClient, school: School, coordinator: User
) -> None:
    before = browser.get(page_of(school)).context["stopping"]
    with school_transaction(school):
        announce_leave(school=school, acting_user=coordinator)
    seen = browser.get(page_of(school)).context["stopping"]
    factories.make_coordinator(school)
    after = browser.get(page_of(school)).context["stopping"]

    assert (before, [row.school for row in seen], after) == ([], [school], [])


@pytest.mark.requirement("SR-B09")
def test_mail_about_the_last_coordinator_leads_the_board_to_its_page(
    school: School, coordinator: User, member: User
) -> None:
    head = factories.make_user()
    factories.make_role(head, RoleName.HEAD, school)
    with school_transaction(school):
        announce_leave(school=school, acting_user=coordinator)

    mails = {mail.recipient_id: str(mail.text) for mail in OutgoingMail.objects.all()}
    assert page_of(school) in mails[member.pk]
    assert "/bestuur/" not in mails[head.pk]


@pytest.mark.django_db
def test_board_without_schools_is_told_what_to_do(client: Client) -> None:
    board = factories.make_board()
    client.force_login(factories.make_board_member(board))

    assert "Nog geen scholen" in words(client, f"/bestuur/{board.number}/")


def test_school_without_accounts_is_told_what_to_do(browser: PortalClient, school: School) -> None:
    assert "Niemand kan hier inloggen" in words(browser, staff_page(school))


def test_staff_page_shows_names_roles_and_days_and_no_address(
    browser: PortalClient, school: School, coordinator: User
) -> None:
    last = timezone.localdate() + timedelta(days=30)
    role = factories.make_role(factories.make_user(), RoleName.TEACHER, school, ends_on=last)

    shown = words(browser, staff_page(school))

    assert coordinator.full_name in shown
    assert role.user.full_name in shown
    assert str(last.year) in shown
    assert str(coordinator.email) not in shown


@pytest.mark.requirement("SR-J02")
def test_look_at_the_staff_stands_in_the_trail_of_that_school(
    browser: PortalClient, school: School, member: User
) -> None:
    browser.get(staff_page(school))

    with school_transaction(school):
        entry = AuditEntry.objects.for_school(school).get(event=events.STAFF_VIEWED)
    assert (entry.actor_id, entry.actor_role) == (member.pk, RoleName.BOARD_MEMBER)


def test_pages_take_as_many_queries_for_three_rows_as_for_one(
    browser: PortalClient, school: School, coordinator: User, queries: CaptureQueriesContext
) -> None:
    accept(school, coordinator)
    counts = []
    for _ in range(2):
        for path in (page_of(school), staff_page(school)):
            browser.get(path)
            with queries:
                browser.get(path)
            counts.append(len(queries))
        for _more in range(2):
            another = factories.make_school(board=school.board)
            accept(another, factories.make_coordinator(another))
            factories.make_coordinator(school)

    assert counts[:2] == counts[2:]


def test_page_of_a_large_board_is_cut_in_parts_and_stays_light(browser: PortalClient, school: School) -> None:
    for _ in range(55):
        factories.make_school(board=school.board, register_name="Openbare basisschool De Heel Lange Naam van de Buurt")

    first, second = (browser.get(page_of(school), {"page": number}) for number in (1, 2))

    assert [len(one.context["page"].object_list) for one in (first, second)] == [50, 6]
    assert len(first.content) < 60_000
    assert browser.get(page_of(school), {"page": "x"}).status_code == 200


@pytest.mark.requirement("SR-A05")
def test_board_reads_nothing_of_the_account_of_who_has_not_come_yet(browser: PortalClient, school: School) -> None:
    user = factories.make_user()
    factories.make_role(user, "ict_coordinator", school, called="Wie Dan")
    factories.make_app(user)
    User.objects.filter(pk=user.pk).update(last_login=timezone.now() - timedelta(days=400))

    (row,) = browser.get(page_of(school)).context["page"].object_list
    staff = browser.get(staff_page(school)).content.decode()

    assert (row.coordinators, row.without_second_step, row.last_sign_in) == (1, 1, None)
    assert ("Wie Dan" in staff, user.full_name in staff) == (True, False)


@pytest.mark.requirement("SR-B09")
@pytest.mark.parametrize(("days", "seen"), [(None, False), (30, True), (200, False)])
def test_school_whose_only_coordinator_has_a_last_day_is_seen_by_the_board(
    browser: PortalClient, school: School, days: int | None, *, seen: bool
) -> None:
    last_day = timezone.localdate() + timedelta(days=days) if days else None
    factories.make_role(factories.make_user(), "ict_coordinator", school, ends_on=last_day)

    assert [row.school for row in browser.get(page_of(school)).context["stopping"]] == ([school] if seen else [])


def test_check_by_the_board_that_the_school_had_before_is_none_of_the_new_ones(
    browser: PortalClient, school: School
) -> None:
    seen = browser.get(staff_page(school)).context["check"].initial["seen"]
    browser.post(f"{staff_page(school)}controle/", {"seen": seen})
    (before,) = browser.get(page_of(school)).context["page"].object_list
    board = factories.make_board()
    School.objects.filter(pk=school.pk).update(board=board)
    school.refresh_from_db()
    browser.force_login(factories.make_board_member(board))

    (row,) = browser.get(page_of(school)).context["page"].object_list

    assert (before.checked_on, row.checked_on) == (timezone.localdate(), None)
    assert browser.get(staff_page(school)).context["checked"] is None
