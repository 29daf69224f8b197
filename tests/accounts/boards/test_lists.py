"""A board's list of a school's staff: made by a worker, fetched once, and the school hears of it (SR-E06)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

from accounts import events
from accounts.actions.exports import make_export
from accounts.models import Export, ExportState
from basispoort.audit.models import AuditEntry
from basispoort.lib.models import OutgoingMail
from basispoort.lib.proof import PROVED
from basispoort.lib.tenancy import school_transaction
from tests import factories
from tests.accounts.boards.addresses import staff_page
from tests.conftest import PortalClient

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import School

pytestmark = pytest.mark.requirement("SR-E06")


def ask(browser: PortalClient, school: School, reason: str = "board") -> Any:
    return browser.post(staff_page(school) + "lijst/", {"reason": reason})


def the_list(school: School) -> Export:
    with school_transaction(school):
        return Export.objects.for_school(school).get()


def make(school: School) -> Export:
    make_export(school_id=school.pk, export_id=the_list(school).pk)
    return the_list(school)


def fetch(browser: PortalClient, school: School) -> Any:
    return browser.post(f"{staff_page(school)}lijsten/{the_list(school).pk}/")


def entries(school: School) -> list[tuple[str, str]]:
    with school_transaction(school):
        rows = AuditEntry.objects.for_school(school).filter(event__startswith="accounts.").order_by("at")
        wanted = (events.EXPORT_ASKED, events.EXPORT_MADE, events.STAFF_EXPORTED)
        return [(row.event, row.actor_role) for row in rows if row.event in wanted]


@pytest.mark.requirement("SR-E05")
def test_list_is_made_fetched_once_and_stands_in_the_schools_trail(browser: PortalClient, school: School) -> None:
    factories.make_coordinator(school, first_name="=1+1", last_name="Voorbeeld")

    asked = ask(browser, school)
    made = make(school)
    first, second = fetch(browser, school), fetch(browser, school)

    rows = list(csv.reader(io.StringIO(first.content.decode("utf-8-sig")), delimiter=";"))
    assert (asked["Location"], made.state) == (f"{staff_page(school)}lijsten/", ExportState.READY)
    assert [row[0] for row in rows[1:]] == ["'=1+1 Voorbeeld"]
    assert (first["Cache-Control"], second.status_code) == ("no-store", 302)
    assert entries(school) == [
        (events.EXPORT_ASKED, "board_member"),
        (events.EXPORT_MADE, ""),
        (events.STAFF_EXPORTED, "board_member"),
    ]


def test_page_shows_the_list_and_asks_for_itself_while_it_is_made(browser: PortalClient, school: School) -> None:
    ask(browser, school)
    here = f"{staff_page(school)}lijsten/"

    waiting = browser.get(here).content.decode()
    make(school)
    ready = browser.get(here, headers={"HX-Request": "true"}).content.decode()

    assert (f'hx-get="{here}"' in waiting, "every 2s" in waiting) == (True, True)
    assert (f'action="{here}{the_list(school).pk}/"' in ready, "every 2s" in ready) == (True, False)
    assert "<html" not in ready


def test_member_and_coordinators_are_mailed_each_with_a_page_of_their_own(
    browser: PortalClient, school: School, coordinator: User, member: User
) -> None:
    ask(browser, school)
    make(school)

    mails = {mail.recipient_id: str(mail.text) for mail in OutgoingMail.objects.filter(purpose="export_made")}
    assert mails.keys() == {coordinator.pk, member.pk}
    assert f"{staff_page(school)}lijsten/" in mails[member.pk]
    assert f"/school/{school.code}/lijsten/" in mails[coordinator.pk]


def test_nobody_else_fetches_it_of_the_board_or_of_the_school(
    browser: PortalClient, school: School, coordinator: User
) -> None:
    assert school.board is not None
    ask(browser, school)
    made = make(school)
    others = []
    for user in (factories.make_board_member(school.board), coordinator):
        other = PortalClient()
        other.force_login(user)
        others.append(fetch(other, school).status_code)
        others.append(other.post(f"/school/{school.code}/lijsten/{made.pk}/").status_code)

    assert others == [404, 404, 404, 404]
    assert fetch(browser, school).status_code == 200


def test_list_of_a_member_whose_role_ended_in_between_is_not_made(
    browser: PortalClient, school: School, member: User
) -> None:
    ask(browser, school)
    factories.end_roles(member)

    assert make(school).state == ExportState.REFUSED


@pytest.mark.requirement("SR-A12")
def test_list_asks_for_a_fresh_proof(browser: PortalClient, school: School) -> None:
    session = browser.session
    session[PROVED] = 0
    session.save()

    ask(browser, school)

    assert entries(school) == []


def test_list_without_a_reason_is_not_made(browser: PortalClient, school: School) -> None:
    answer = ask(browser, school, "zomaar")

    assert (answer["Location"], entries(school)) == (staff_page(school), [])
