"""The yearly check of a board: recorded once, of the list that was seen, and shown to the school (product A4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from accounts import events
from accounts.actions.staff_check import check_staff, digest_of
from accounts.models import RoleName, StaffCheck
from accounts.staff_list import staff_of
from basispoort.audit.models import AuditEntry
from basispoort.lib.tenancy import school_transaction, unscoped
from tests import factories
from tests.accounts.boards.addresses import page_of, staff_page, words
from tests.at_once import at_once
from tests.conftest import PortalClient
from tests.dpa.factories import accept

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import School


def seen_of(browser: PortalClient, school: School) -> str:
    return str(browser.get(staff_page(school)).context["check"].initial["seen"])


def entries(school: School, event: str) -> list[AuditEntry]:
    with school_transaction(school):
        return list(AuditEntry.objects.for_school(school).filter(event=event))


def number_of_checks() -> int:
    with unscoped("a test counts"):
        return StaffCheck.objects.get_queryset().count()


def test_check_is_recorded_and_shown_to_board_and_coordinator(
    browser: PortalClient, school: School, coordinator: User, member: User
) -> None:
    accept(school, coordinator)
    browser.post(staff_page(school) + "controle/", {"seen": seen_of(browser, school)})

    other = PortalClient()
    other.force_login(coordinator)
    told = f"{member.full_name} van {school.board} controleerde deze lijst op"
    assert told in words(browser, staff_page(school))
    assert told in words(other, f"/school/{school.code}/medewerkers/")
    assert browser.get(page_of(school)).context["page"].object_list[0].checked_on is not None
    (entry,) = entries(school, events.STAFF_CHECKED)
    assert (entry.actor_id, entry.actor_role, entry.details) == (member.pk, RoleName.BOARD_MEMBER, {"people": 1})


def test_check_that_is_sent_twice_stands_once(browser: PortalClient, school: School, coordinator: User) -> None:
    assert coordinator.running_roles()
    seen = seen_of(browser, school)
    for _ in range(2):
        browser.post(staff_page(school) + "controle/", {"seen": seen})

    assert (number_of_checks(), len(entries(school, events.STAFF_CHECKED))) == (1, 1)


@pytest.mark.parametrize("change", ["role", "second step"])
def test_list_that_changed_since_it_was_shown_is_not_taken_for_checked(
    browser: PortalClient, school: School, change: str
) -> None:
    teacher = factories.make_user()
    factories.make_role(teacher, RoleName.TEACHER, school)
    seen = seen_of(browser, school)
    if change == "role":
        factories.make_role(teacher, RoleName.HEAD, school)
    else:
        factories.make_app(teacher)
    answer: Any = browser.post(staff_page(school) + "controle/", {"seen": seen}, follow=True)

    assert "De lijst veranderde terwijl je keek." in answer.content.decode()
    assert number_of_checks() == 0


@pytest.mark.parametrize("seen", ["", "x", "0" * 64, "\x00"])
def test_check_of_a_list_that_was_never_shown_is_refused(browser: PortalClient, school: School, seen: str) -> None:
    factories.make_coordinator(school)
    browser.post(staff_page(school) + "controle/", {"seen": seen})

    assert number_of_checks() == 0


@pytest.mark.django_db(transaction=True)
def test_check_that_two_browsers_send_at_the_same_moment_stands_once() -> None:
    school = factories.make_school()
    assert school.board is not None
    member = factories.make_board_member(school.board)
    factories.make_coordinator(school)
    with school_transaction(school):
        seen = digest_of(staff_of(school))

    def check() -> None:
        assert school.board is not None
        with school_transaction(school):
            check_staff(school=school, board=school.board, seen=seen, acting_user=member)

    at_once(check, check)

    assert (number_of_checks(), len(entries(school, events.STAFF_CHECKED))) == (1, 1)
