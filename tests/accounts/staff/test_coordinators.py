"""A school is never without an ICT coordinator unnoticed (product A5; SR-B09)."""

from __future__ import annotations

import contextlib
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from accounts.actions.staff import LastCoordinator, end_role
from accounts.models import Role, User
from basispoort.lib.models import OutgoingMail
from basispoort.lib.proof import PROVED
from basispoort.lib.tenancy import school_transaction
from tests import factories
from tests.accounts.staff.roles import HOME, role_of, roles_of
from tests.at_once import at_once

if TYPE_CHECKING:
    from django.test import Client

    from schools.models import School


@pytest.mark.requirement("SR-B09")
def test_last_coordinator_stays(client: Client, coordinator: User, colleague: User) -> None:
    client.force_login(colleague)
    for user in (coordinator, colleague):
        client.post(f"/school/99XX00/medewerkers/rollen/{role_of(user, 'ict_coordinator').pk}/beeindigen/")

    assert (roles_of(coordinator), roles_of(colleague)) == ([], ["ict_coordinator"])


@pytest.mark.requirement("SR-B09")
def test_nobody_changes_the_own_roles(client: Client, coordinator: User, colleague: User) -> None:
    client.force_login(coordinator)

    ended = client.post(f"/school/99XX00/medewerkers/rollen/{role_of(coordinator, 'ict_coordinator').pk}/beeindigen/")
    given = client.post(f"{HOME}{coordinator.pk}/rol/", {"role": "head", "starts_on": timezone.localdate().isoformat()})

    assert (ended.status_code, given.status_code, roles_of(coordinator)) == (403, 403, ["ict_coordinator"])
    assert roles_of(colleague) == ["ict_coordinator"]


@pytest.mark.parametrize("last", [True, False])
def test_coordinator_who_stops_is_heard_by_colleagues_and_when_last_by_the_board(
    client: Client, school: School, coordinator: User, *, last: bool
) -> None:
    member = factories.make_user()
    factories.make_role(member, "board_member", board=school.board)
    told = [member.pk]
    if not last:
        told = [factories.make_coordinator(school).pk]
    client.force_login(coordinator)

    client.post(f"{HOME}stoppen/")

    mails = OutgoingMail.objects.filter(purpose="coordinator_leaves").values_list("recipient_id", flat=True)
    assert list(mails) == told
    assert roles_of(coordinator) == ["ict_coordinator"]


@pytest.mark.requirement("SR-B09")
def test_colleague_whose_role_ended_does_not_keep_the_board_from_hearing_that_the_last_one_stops(
    client: Client, school: School, coordinator: User, colleague: User
) -> None:
    member = factories.make_user()
    factories.make_role(member, "board_member", board=school.board)
    factories.end_roles(colleague)
    client.force_login(coordinator)

    client.post(f"{HOME}stoppen/")

    told = OutgoingMail.objects.filter(purpose="coordinator_leaves").values_list("recipient_id", flat=True)
    assert list(told) == [member.pk]


@pytest.mark.requirement("SR-B09")
@pytest.mark.django_db(transaction=True)
def test_of_the_last_two_who_end_each_other_at_once_one_stays(school: School) -> None:
    one, other = factories.make_coordinator(school), factories.make_coordinator(school)
    roles = {user.pk: role_of(user, "ict_coordinator") for user in (one, other)}
    held = threading.Event()

    def first() -> str:
        with school_transaction(school):
            list(Role.objects.for_school(school).select_for_update())
            held.set()
            time.sleep(0.5)  # the other one asks, and waits, before this role ends
            end_role(school=school, role=roles[other.pk], acting_user=one)
        return "ended"

    def second() -> str:
        held.wait(10)
        with contextlib.suppress(LastCoordinator), school_transaction(school):
            end_role(school=school, role=roles[one.pk], acting_user=other)
            return "ended"
        return "stays"

    assert at_once(first, second) == ["ended", "stays"]
    assert (roles_of(one), roles_of(other)) == (["ict_coordinator"], [])


@pytest.mark.requirement("SR-B09")
def test_coordinator_until_today_does_not_replace_the_last_lasting_one(
    client: Client, school: School, coordinator: User
) -> None:
    today = timezone.localdate()
    leaver = factories.make_user()
    factories.make_role(leaver, "ict_coordinator", school, ends_on=today)
    factories.make_app(leaver)
    client.force_login(leaver)

    page: Any = client.post(
        f"/school/99XX00/medewerkers/rollen/{role_of(coordinator, 'ict_coordinator').pk}/beeindigen/", follow=True
    )

    assert "Niemand anders blijft zo lang ICT-coördinator" in page.content.decode()
    assert roles_of(coordinator) == ["ict_coordinator"]


def test_coordinator_who_lasts_as_long_may_end_one_with_a_last_day(
    client: Client, school: School, coordinator: User
) -> None:
    helper = factories.make_user()
    factories.make_role(helper, "ict_coordinator", school, ends_on=timezone.localdate() + timedelta(days=5))
    client.force_login(coordinator)

    client.post(f"/school/99XX00/medewerkers/rollen/{role_of(helper, 'ict_coordinator').pk}/beeindigen/")

    assert (roles_of(helper), roles_of(coordinator)) == ([], ["ict_coordinator"])


def test_stopping_that_is_pressed_five_times_is_told_once(client: Client, coordinator: User, colleague: User) -> None:
    client.force_login(coordinator)

    pages: list[Any] = [client.post(f"{HOME}stoppen/", follow=True) for _ in range(5)]

    assert list(OutgoingMail.objects.values_list("recipient_id", flat=True)) == [colleague.pk]
    assert "deze week al" in pages[-1].content.decode()


@pytest.mark.requirement("SR-B09")
def test_board_hears_it_when_both_of_the_last_two_want_to_stop(
    client: Client, school: School, coordinator: User, colleague: User
) -> None:
    assert school.board is not None
    member = factories.make_board_member(school.board)

    for user in (coordinator, colleague):
        client.force_login(user)
        client.post(f"{HOME}stoppen/")

    told = OutgoingMail.objects.filter(purpose="coordinator_leaves", recipient_id=member.pk)
    assert told.count() == 1


@pytest.mark.requirement("SR-A12")
@pytest.mark.parametrize("way", ["give", "end"])
def test_making_or_unmaking_a_coordinator_asks_again_who_one_is(
    client: Client, coordinator: User, colleague: User, teacher: User, way: str
) -> None:
    client.force_login(coordinator)
    session = client.session
    session[PROVED] = 0
    session.save()
    paths = {
        "give": f"{HOME}{teacher.pk}/rol/",
        "end": f"/school/99XX00/medewerkers/rollen/{role_of(colleague, 'ict_coordinator').pk}/beeindigen/",
    }

    page: Any = client.post(paths[way], {"role": "ict_coordinator", "starts_on": timezone.localdate().isoformat()})

    assert "proof_password" in page.content.decode()
    assert (roles_of(teacher), roles_of(colleague)) == (["teacher"], ["ict_coordinator"])


@pytest.mark.requirement("SR-B09")
@pytest.mark.parametrize("who", ["invited", "elsewhere"])
def test_coordinator_who_never_came_replaces_nobody(
    client: Client, school: School, coordinator: User, who: str
) -> None:
    member = factories.make_board_member(school.board) if school.board else None
    invited = factories.make_user(**{"password": None} if who == "invited" else {})
    factories.make_role(invited, "ict_coordinator", school, called="Wie Dan" if who == "elsewhere" else "")
    leaver = factories.make_user()
    factories.make_role(leaver, "ict_coordinator", school, ends_on=timezone.localdate())
    factories.make_app(leaver)
    client.force_login(leaver)

    client.post(f"{HOME}rollen/{role_of(coordinator, 'ict_coordinator').pk}/beeindigen/")
    client.force_login(coordinator)
    factories.end_roles(leaver)
    client.post(f"{HOME}stoppen/")

    assert roles_of(coordinator) == ["ict_coordinator"]
    assert member is not None
    assert OutgoingMail.objects.filter(purpose="coordinator_leaves", recipient_id=member.pk).exists()
