"""Looking along ends: with the leave, by the button, after fifteen minutes, and with the role of either."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from accounts import alerts, watching
from accounts.models import User
from basispoort.lib.tenancy import school_transaction
from schools.models import Pupil
from tests import factories
from tests.accounts.office.factories import at_office
from tests.accounts.support.factories import is_watching, let_time_pass, make_grant, start_watching
from tests.conftest import PortalClient

if TYPE_CHECKING:
    from schools.models import School


pytestmark = pytest.mark.requirement("SR-B07")
STOP = watching.STOP_PATH
COOKIE = django_settings.SESSION_COOKIE_NAME


@pytest.mark.usefixtures("grant")
def test_end_of_the_leave_ends_it_at_the_very_next_request(
    desk: PortalClient, client: PortalClient, coordinator: User, teacher: User
) -> None:
    start_watching(desk, teacher)
    before = desk.get("/school/99XX00/").status_code
    client.force_login(coordinator)

    client.post("/school/99XX00/helpdesk/beeindigen/")

    assert (before, desk.get("/school/99XX00/").status_code, is_watching(desk)) == (200, 404, False)
    assert desk.get("/school/99XX00/").status_code == 404


@pytest.mark.usefixtures("grant")
def test_leave_that_is_over_ends_it_and_a_new_one_does_not_bring_it_back(
    desk: PortalClient, school: School, coordinator: User, teacher: User
) -> None:
    start_watching(desk, teacher)
    let_time_pass(school, hours=2)
    make_grant(school, coordinator)

    assert (desk.get("/school/99XX00/").status_code, is_watching(desk)) == (404, False)


@pytest.mark.requirement("SR-A07")
@pytest.mark.usefixtures("grant")
def test_fifteen_minutes_without_a_page_end_it(desk: PortalClient, teacher: User) -> None:
    start_watching(desk, teacher)
    session = desk.session
    now = int(time.time())
    found = []
    for seen in (now - 15 * 60 + 5, now - 15 * 60 - 5):
        session[watching.STATE] = session[watching.STATE] | {"seen": seen}
        session.save()
        found.append((desk.get("/school/99XX00/").status_code, is_watching(desk)))
        session = desk.session

    assert found == [(200, True), (404, False)]


@pytest.mark.requirement("SR-A10")
@pytest.mark.usefixtures("grant")
@pytest.mark.parametrize("what", ["role", "account", "teacher", "helpdesk"])
def test_end_of_the_role_of_either_ends_it_at_the_very_next_request(
    desk: PortalClient, helpdesk: User, teacher: User, what: str
) -> None:
    start_watching(desk, teacher)
    if what == "account":
        User.objects.filter(pk=teacher.pk).update(is_active=False)
    elif what == "helpdesk":
        User.objects.filter(pk=helpdesk.pk).update(is_active=False)
    else:
        factories.end_roles(helpdesk if what == "role" else teacher)

    page = desk.get("/school/99XX00/")

    assert page.status_code in ({404, 302} if what == "helpdesk" else {404})
    assert teacher.full_name not in page.content.decode()


@pytest.mark.usefixtures("grant")
def test_pupil_who_left_is_out_of_sight(desk: PortalClient, school: School, pupil: Pupil) -> None:
    start_watching(desk, pupil)
    before = desk.get("/lesmateriaal/").status_code
    with school_transaction(school):
        Pupil.objects.for_school(school).filter(pk=pupil.pk).update(left_at=timezone.now())

    assert (before, desk.get("/lesmateriaal/").status_code, is_watching(desk)) == (200, 404, False)


@pytest.mark.usefixtures("grant")
def test_button_leads_back_to_the_page_of_the_person(desk: PortalClient, teacher: User, pupil: Pupil) -> None:
    back = []
    for person in (teacher, pupil):
        start_watching(desk, person)
        back.append(desk.post(STOP)["Location"])

    assert back == [
        f"/kantoor/school/99XX00/medewerkers/{teacher.pk}/",
        f"/kantoor/school/99XX00/leerlingen/{pupil.public_id}/",
    ]
    assert desk.get(back[1]).status_code == 200


@pytest.mark.requirement("SR-P02")
@pytest.mark.usefixtures("grant")
def test_session_that_looks_along_shows_nothing_on_the_public_host(desk: PortalClient, teacher: User) -> None:
    start_watching(desk, teacher)
    public = PortalClient()
    public.cookies[COOKIE] = desk.cookies[COOKIE].value

    page = public.get("/school/99XX00/")

    assert page.status_code == 404
    assert teacher.first_name not in page.content.decode()


@pytest.mark.usefixtures("grant")
def test_second_tab_that_stops_ends_it_in_the_first_too(desk: PortalClient, teacher: User) -> None:
    start_watching(desk, teacher)
    second = at_office()
    second.cookies[COOKIE] = desk.cookies[COOKIE].value
    second.post(STOP)

    page = desk.get("/school/99XX00/")

    assert page.status_code in {302, 404}
    assert teacher.full_name not in page.content.decode()


@pytest.mark.usefixtures("grant")
def test_planted_state_opens_nothing_without_a_leave_of_that_school(
    desk: PortalClient, other_school: School, stranger: User
) -> None:
    foreign = factories.make_teacher(other_school)
    over = make_grant(other_school, stranger)
    let_time_pass(other_school)
    session = desk.session
    session[watching.STATE] = watching.state_of(over, pupil=None, staff=foreign.pk) | {"way": ""}
    session.save()

    assert desk.get(f"/school/{other_school.code}/").status_code == 404


@pytest.mark.requirement("SR-J04")
@pytest.mark.usefixtures("grant")
@pytest.mark.parametrize(("times", "seen"), [(alerts.WATCHED_OFTEN - 1, 0), (alerts.WATCHED_OFTEN, 1)])
def test_who_looks_along_unusually_often_is_seen_by_the_watch(
    desk: PortalClient, helpdesk: User, teacher: User, times: int, seen: int
) -> None:
    for _ in range(times):
        start_watching(desk, teacher)
        desk.post(STOP)

    found = [(one.kind, one.facts) for one in alerts.look_at_watching()]
    assert found == [(alerts.WATCHING, {"accounts": [str(helpdesk.pk)]})] * seen
