"""Whatever is done in whatever order: no page about a person outside a leave that runs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from accounts.actions.support import AskedAlready, ask_support, end_support, running_grant
from accounts.models import FailureCounter, SupportGrant, SupportRequest
from accounts.watching import STOP_PATH
from basispoort.lib.tenancy import school_transaction
from tests import factories
from tests.accounts.office.factories import make_own
from tests.accounts.support.factories import let_time_pass, make_grant, start_watching
from tests.at_once import many_at_once
from tests.dpa.factories import accept

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import Pupil, School
    from tests.conftest import PortalClient

pytestmark = pytest.mark.requirement("SR-B07")
CHANGES = ("give", "end", "wait", "give elsewhere", "end elsewhere")
LOOKS = ("search", "pupil", "teacher", "elsewhere", "look along", "page", "page elsewhere", "stop")
MANY = examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def change(school: School, coordinator: User, step: str) -> None:
    """Let a school give or end its leave, as its coordinator does, or let time pass."""
    with school_transaction(school):
        runs = running_grant(school) is not None
        if step.startswith("end") and runs:
            end_support(school=school, acting_user=coordinator)
    if step.startswith("give") and not runs:
        now = timezone.now()
        make_grant(school, coordinator, starts_at=now, until=now + timedelta(hours=1))
    if step == "wait":
        let_time_pass(school)


@MANY
@given(st.lists(st.sampled_from([*CHANGES, *LOOKS, *LOOKS]), max_size=14))
def test_no_sequence_of_leave_and_look_shows_a_person_outside_a_leave_that_runs(
    desk: PortalClient,
    helpdesk: User,
    school: School,
    other_school: School,
    coordinator: User,
    stranger: User,
    teacher: User,
    pupil: Pupil,
    steps: list[str],
) -> None:
    accept(school, coordinator)
    foreign = factories.make_teacher(other_school)
    for place in (school, other_school):
        with school_transaction(place):
            SupportGrant.objects.for_school(place).delete()
    FailureCounter.objects.all().delete()  # of searches in the examples before
    desk.logout()  # the session of the example before may look along still
    desk.force_login(helpdesk)
    pages = {
        "search": ("/kantoor/school/99XX00/personen/", "99XX00"),
        "pupil": (f"/kantoor/school/99XX00/leerlingen/{pupil.public_id}/", "99XX00"),
        "teacher": (f"/kantoor/school/99XX00/medewerkers/{teacher.pk}/", "99XX00"),
        "elsewhere": (f"/kantoor/school/99ZZ00/medewerkers/{foreign.pk}/", "99ZZ00"),
        "page": ("/school/99XX00/", "along"),
        "page elsewhere": ("/school/99ZZ00/", ""),
    }
    leaves = {"99XX00": False, "99ZZ00": False}
    along: bool | None = False  # None: looking along, under a leave that ended meanwhile

    for step in steps:
        if step in CHANGES:
            place, user = (other_school, stranger) if "elsewhere" in step else (school, coordinator)
            change(place, user, step)
            leaves[place.code] = step.startswith("give")
            if along and not leaves["99XX00"]:
                along = None
        elif step == "look along":
            expected = {True: 403, None: 404, False: 302 if leaves["99XX00"] else 404}[along]
            assert start_watching(desk, teacher) == expected
            along = along is True or expected == 302
        elif step == "stop":
            desk.post(STOP_PATH)
            along = False
        else:
            address, where = pages[step]
            if step == "search":
                desk.post(address, {"q": "sam"})
            shown = along is True if where == "along" else along is False and leaves.get(where, False)
            assert (desk.get(address).status_code == 200) == shown
            along = along is True


@pytest.mark.django_db(transaction=True)
def test_two_of_the_helpdesk_who_ask_at_once_ask_one_thing() -> None:
    school = factories.make_school()
    factories.make_coordinator(school)
    people = [make_own() for _ in range(2)]

    def ask(number: int) -> str:
        try:
            with school_transaction(school):
                ask_support(school=school, reason="other", ticket="HD-1", acting_user=people[number])
        except AskedAlready:
            return "already"
        return "asked"

    outcomes = many_at_once(2, ask)

    assert sorted(outcomes) == ["already", "asked"]
    with school_transaction(school):
        assert SupportRequest.objects.for_school(school).count() == 1
