"""The school decides when the helpdesk can look: for a reason, for a day at most, and ends it at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError
from django.utils import timezone
from django.utils.formats import date_format

from accounts import events
from accounts.actions.support import (
    CanLookAlready,
    DayIsOver,
    Length,
    end_of,
    grant_support,
    running_grant,
    tell_ended_grants,
)
from accounts.models import RoleName, SupportGrant
from basispoort.audit import trail
from basispoort.lib.models import OutgoingMail
from basispoort.lib.proof import PROVED
from basispoort.lib.tenancy import school_transaction
from tests import factories
from tests.accounts.support.factories import PAGE, YES, ask, events_of, grants_of, let_time_pass, mails, make_grant
from tests.at_once import many_at_once

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from schools.models import School
    from tests.conftest import PortalClient

pytestmark = pytest.mark.requirement("SR-B07")


def test_nobody_can_look_before_a_coordinator_said_yes(client: Client, school: School, coordinator: User) -> None:
    client.force_login(coordinator)

    page = client.get(PAGE).content.decode()

    assert "Niemand van de helpdesk kan nu meekijken" in page
    assert grants_of(school) == []


@pytest.mark.parametrize(("length", "hours"), [("hour", 1), ("day", 24)])
def test_coordinator_lets_the_helpdesk_look_for_a_while(
    client: Client, school: School, coordinator: User, length: str, hours: int
) -> None:
    client.force_login(coordinator)

    client.post(PAGE + "toelaten/", {"reason": "roster", "length": length})

    [grant] = grants_of(school)
    assert (grant.reason, grant.granted_by_id, grant.until - grant.starts_at) == (
        "roster",
        coordinator.pk,
        timedelta(hours=hours),
    )
    assert abs(grant.starts_at - timezone.now()) < timedelta(minutes=1)


@pytest.mark.parametrize("wrong", [{"length": "week"}, {"reason": "because"}, {"length": ""}, {"reason": ""}])
def test_leave_without_reason_or_for_longer_is_not_given(
    client: Client, school: School, coordinator: User, wrong: dict[str, str]
) -> None:
    client.force_login(coordinator)

    page: Any = client.post(PAGE + "toelaten/", YES | wrong)

    assert (page.status_code, grants_of(school)) == (200, [])
    assert page.context["form"].errors


def test_database_refuses_a_leave_of_more_than_a_day(school: School, coordinator: User) -> None:
    start = timezone.now()

    with pytest.raises(IntegrityError, match="support_lasts_a_day"):
        make_grant(school, coordinator, starts_at=start, until=start + timedelta(hours=24, seconds=1))


@pytest.mark.requirement("SR-A12")
def test_letting_the_helpdesk_look_asks_for_a_fresh_proof(client: Client, school: School, coordinator: User) -> None:
    client.force_login(coordinator)
    session = client.session
    session[PROVED] = 0
    session.save()

    page = client.post(PAGE + "toelaten/", YES)

    assert "proof_password" in page.content.decode()
    assert grants_of(school) == []


@pytest.mark.parametrize("role", [RoleName.HEAD, RoleName.TEACHER])
def test_only_a_coordinator_lets_the_helpdesk_look(client: Client, school: School, role: str) -> None:
    user = factories.make_user()
    factories.make_role(user, role, school)
    factories.make_app(user)
    client.force_login(user)

    assert client.post(PAGE + "toelaten/", YES).status_code == 403
    assert grants_of(school) == []


def test_head_sees_the_looks_and_ends_it(client: Client, school: School, coordinator: User) -> None:
    head = factories.make_user()
    factories.make_role(head, RoleName.HEAD, school)
    factories.make_app(head)
    make_grant(school, coordinator)
    client.force_login(head)

    before = client.get(PAGE).content.decode()
    client.post(PAGE + "beeindigen/")

    [grant] = grants_of(school)
    assert "De helpdesk kan meekijken tot" in before
    assert (grant.ended_by_id, grant.ended_at is not None) == (head.pk, True)


def test_ended_leave_no_longer_runs_and_all_coordinators_hear_it(
    client: Client, school: School, coordinator: User
) -> None:
    colleague = factories.make_coordinator(school)
    make_grant(school, coordinator)
    client.force_login(coordinator)

    client.post(PAGE + "beeindigen/")

    with school_transaction(school):
        assert running_grant(school) is None
    assert sorted(mails(), key=str) == sorted(
        [("support_ended", coordinator.pk), ("support_ended", colleague.pk)], key=str
    )


def test_ending_twice_ends_and_mails_once(client: Client, school: School, coordinator: User) -> None:
    make_grant(school, coordinator)
    client.force_login(coordinator)

    for _ in range(2):
        client.post(PAGE + "beeindigen/")

    assert mails() == [("support_ended", coordinator.pk)]
    assert events_of(school).count("accounts.support.ended") == 1


def test_second_leave_is_not_given_while_one_runs(client: Client, school: School, coordinator: User) -> None:
    client.force_login(coordinator)

    for _ in range(2):
        client.post(PAGE + "toelaten/", YES)

    assert len(grants_of(school)) == 1


def test_after_an_early_end_a_new_leave_can_be_given(client: Client, school: School, coordinator: User) -> None:
    client.force_login(coordinator)
    client.post(PAGE + "toelaten/", YES)
    client.post(PAGE + "beeindigen/")

    client.post(PAGE + "toelaten/", YES)

    assert [grant.ended_at is None for grant in grants_of(school)] == [False, True]


def test_new_leave_leaves_the_end_of_an_earlier_one_as_it_was(
    client: Client, school: School, coordinator: User
) -> None:
    client.force_login(coordinator)
    client.post(PAGE + "toelaten/", YES)
    client.post(PAGE + "beeindigen/")
    let_time_pass(school)
    ended = [grant.ended_at for grant in grants_of(school)]

    client.post(PAGE + "toelaten/", YES)

    assert [grant.ended_at for grant in grants_of(school)] == [*ended, None]


@pytest.mark.parametrize(("looks", "words"), [(0, "heeft niemand bekeken"), (1, "keek 1 keer"), (2, "keek 2 keer")])
def test_mail_at_the_end_tells_how_often_the_helpdesk_looked(
    client: Client, school: School, coordinator: User, looks: int, words: str
) -> None:
    make_grant(school, coordinator)
    with school_transaction(school):
        for _ in range(looks):
            trail.record(events.SUPPORT_SEARCHED, school=school, acting_user=None)
    client.force_login(coordinator)

    client.post(PAGE + "beeindigen/")

    assert words in str(OutgoingMail.objects.get(purpose="support_ended").text)


def test_mail_about_a_leave_that_ended_by_itself_counts_no_later_look(school: School, coordinator: User) -> None:
    make_grant(school, coordinator)
    let_time_pass(school)
    with school_transaction(school):
        trail.record(events.SUPPORT_SEARCHED, school=school, acting_user=None)

    tell_ended_grants()

    assert "heeft niemand bekeken" in str(OutgoingMail.objects.get(purpose="support_ended").text)


def test_leave_ends_by_itself_and_coordinators_are_told_once(school: School, coordinator: User) -> None:
    make_grant(school, coordinator)
    before = tell_ended_grants()
    let_time_pass(school)

    told = [tell_ended_grants(), tell_ended_grants()]

    with school_transaction(school):
        assert running_grant(school) is None
    assert (before, told, mails()) == (0, [1, 0], [("support_ended", coordinator.pk)])


def test_coordinators_are_told_of_a_leave_with_reason_and_end(
    client: Client, school: School, coordinator: User
) -> None:
    colleague = factories.make_coordinator(school)
    client.force_login(coordinator)

    client.post(PAGE + "toelaten/", YES)

    mail = OutgoingMail.objects.get(recipient_id=colleague.pk)
    end = timezone.localtime(grants_of(school)[0].until)
    assert [word in str(mail.text) for word in (f"tot {date_format(end, 'j F H:i')} ", "iemand kan niet inloggen")] == [
        True,
        True,
    ]
    assert coordinator.full_name in str(mail.html)


def test_school_day_ends_at_five_and_is_not_offered_after_it_or_at_the_weekend() -> None:
    monday = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)

    assert end_of(Length.SCHOOL_DAY, monday) == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert end_of(Length.SCHOOL_DAY, monday + timedelta(hours=3)) is None
    assert end_of(Length.SCHOOL_DAY, monday - timedelta(days=1)) is None


def test_school_day_that_ended_since_the_page_was_shown_gives_no_leave(
    school: School, coordinator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 23, 16, 0, tzinfo=UTC))

    with school_transaction(school), pytest.raises(DayIsOver):
        grant_support(school=school, reason="roster", length=Length.SCHOOL_DAY, acting_user=coordinator)

    assert grants_of(school) == []


@pytest.mark.requirement("SR-A10")
def test_leave_of_who_is_no_longer_coordinator_holds_no_more_and_another_can_be_given(
    client: Client, school: School, coordinator: User
) -> None:
    make_grant(school, coordinator)
    factories.end_roles(coordinator)
    with school_transaction(school):
        held = running_grant(school)
    client.force_login(factories.make_coordinator(school))

    client.post(PAGE + "toelaten/", YES)

    assert (held, [grant.ended_at is None for grant in grants_of(school)]) == (None, [False, True])


@pytest.mark.parametrize("who", ["coordinator", "teacher"])
def test_start_page_says_that_the_helpdesk_can_look(
    client: Client, school: School, coordinator: User, request: pytest.FixtureRequest, who: str
) -> None:
    client.force_login(request.getfixturevalue(who))
    before = client.get("/school/99XX00/").content.decode()
    make_grant(school, coordinator)

    page = client.get("/school/99XX00/").content.decode()

    assert ["De helpdesk kan meekijken tot" in one for one in (before, page)] == [False, True]
    assert (PAGE in page) == (who == "coordinator")


@pytest.mark.requirement("SR-J02")
def test_each_step_stands_in_the_schools_trail(
    client: Client, school: School, coordinator: User, helpdesk: User
) -> None:
    asked = ask(school, helpdesk)
    client.force_login(coordinator)
    client.post(PAGE + "toelaten/", YES | {"asked": str(asked.pk)})
    client.post(PAGE + "beeindigen/")

    page = client.get("/school/99XX00/logboek/").content.decode()

    assert [event.split(".", 1)[1] for event in events_of(school)] == [
        "support.asked",
        "support.granted",
        "support.ended",
        "trail.viewed",
    ]
    assert 'Hanna <span class="row__small">(helpdesk)</span>' in page
    assert helpdesk.last_name not in page


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_who_say_yes_at_once_give_one_leave() -> None:
    school = factories.make_school()
    people = [factories.make_coordinator(school) for _ in range(2)]

    def say_yes(number: int) -> str:
        try:
            with school_transaction(school):
                grant_support(school=school, reason="other", length=Length.HOUR, acting_user=people[number])
        except CanLookAlready:
            return "already"
        return "granted"

    outcomes = many_at_once(2, say_yes)

    assert sorted(outcomes) == ["already", "granted"]
    with school_transaction(school):
        assert SupportGrant.objects.for_school(school).count() == 1


def test_list_of_the_helpdesk_leaves_out_a_grant_whose_giver_stopped(
    desk: PortalClient,
    school: School,
    coordinator: User,
    grant: SupportGrant,  # noqa: ARG001 - is given
) -> None:
    before = desk.get("/kantoor/supportgrant/").content.decode()
    factories.end_roles(coordinator)

    after = desk.get("/kantoor/supportgrant/").content.decode()

    assert (school.name in before, school.name in after) == (True, False)
