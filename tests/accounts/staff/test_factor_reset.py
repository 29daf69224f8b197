"""A lost second step is renewed by two people, and its owner hears of both."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from accounts import events
from accounts.actions.factor_reset import open_resets
from accounts.models import FactorReset, TotpDevice
from basispoort.audit.models import AuditEntry
from basispoort.lib.models import OutgoingMail
from basispoort.lib.tenancy import school_transaction, unscoped
from tests import factories

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from schools.models import School

pytestmark = pytest.mark.requirement("SR-A11")


@pytest.fixture
def owner(school: School) -> User:
    """A head who lost the phone."""
    user = factories.make_user()
    factories.make_role(user, "head", school)
    factories.make_app(user)
    return user


@pytest.fixture
def colleague(school: School) -> User:
    """A second coordinator."""
    return factories.make_coordinator(school)


def ask(client: Client, asker: User, owner: User) -> FactorReset:
    client.force_login(asker)
    client.post(f"/school/99XX00/medewerkers/{owner.pk}/tweede-stap/", {"reason": "lost"})
    with unscoped("a test looks"):
        return FactorReset.objects.get_queryset().get(user=owner)


def has_app(user: User) -> bool:
    return TotpDevice.objects.filter(user=user).exists()


def test_two_colleagues_take_it_away_and_the_owner_is_mailed_twice(
    client: Client, coordinator: User, colleague: User, owner: User
) -> None:
    reset = ask(client, coordinator, owner)
    after_asking = has_app(owner)
    client.force_login(colleague)

    client.post(f"/school/99XX00/tweede-stap/{reset.pk}/")

    mails = OutgoingMail.objects.filter(recipient_id=owner.pk).order_by("created_at").values_list("purpose", flat=True)
    assert (after_asking, has_app(owner)) == (True, False)
    assert list(mails) == ["factor_reset_asked", "factor_reset_done"]


def test_one_person_cannot_do_it_alone(client: Client, coordinator: User, owner: User) -> None:
    reset = ask(client, coordinator, owner)

    client.post(f"/school/99XX00/tweede-stap/{reset.pk}/")

    assert has_app(owner)


def test_owner_cannot_confirm_it(client: Client, coordinator: User, owner: User) -> None:
    reset = ask(client, coordinator, owner)
    client.force_login(owner)

    client.post(f"/school/99XX00/tweede-stap/{reset.pk}/")

    assert has_app(owner)


def test_withdrawn_request_cannot_be_confirmed(client: Client, coordinator: User, colleague: User, owner: User) -> None:
    reset = ask(client, coordinator, owner)
    client.post(f"/school/99XX00/tweede-stap/{reset.pk}/intrekken/")
    client.force_login(colleague)

    client.post(f"/school/99XX00/tweede-stap/{reset.pk}/")

    assert has_app(owner)


def test_coordinator_of_another_school_finds_nothing(
    client: Client, coordinator: User, stranger: User, owner: User
) -> None:
    reset = ask(client, coordinator, owner)
    client.force_login(stranger)

    statuses = [client.post(f"/school/{code}/tweede-stap/{reset.pk}/").status_code for code in ("99XX00", "99ZZ00")]

    assert statuses == [404, 404]
    assert has_app(owner)


@pytest.mark.requirement("SR-B09")
@pytest.mark.parametrize("elsewhere", ["head", "ict_coordinator", "board_member", "helpdesk"])
def test_school_alone_takes_nothing_from_who_is_powerful_elsewhere(
    client: Client, coordinator: User, owner: User, other_school: School, elsewhere: str
) -> None:
    places: dict[str, Any] = {"board_member": {"board": other_school.board}, "helpdesk": {}}
    factories.make_role(owner, elsewhere, **places.get(elsewhere, {"school": other_school}))
    client.force_login(coordinator)

    client.post(f"/school/99XX00/medewerkers/{owner.pk}/tweede-stap/", {"reason": "lost"})

    with unscoped("a test looks"):
        assert not FactorReset.objects.get_queryset().exists()


@pytest.mark.requirement("SR-B09")
def test_who_became_powerful_elsewhere_after_the_question_keeps_the_second_step(
    client: Client, coordinator: User, colleague: User, owner: User, other_school: School
) -> None:
    reset = ask(client, coordinator, owner)
    factories.make_role(owner, "ict_coordinator", other_school)
    client.force_login(colleague)

    client.post(f"/school/99XX00/tweede-stap/{reset.pk}/")

    assert has_app(owner)


def test_teacher_who_teaches_elsewhere_too_is_helped_here(
    client: Client, school: School, coordinator: User, colleague: User, other_school: School
) -> None:
    owner = factories.make_teacher(school)
    factories.make_role(owner, "teacher", other_school)
    factories.make_app(owner)
    reset = ask(client, coordinator, owner)
    client.force_login(colleague)

    client.post(f"/school/99XX00/tweede-stap/{reset.pk}/")

    assert not has_app(owner)


@pytest.mark.parametrize("leaves", ["asker", "owner"])
def test_question_of_who_left_or_about_who_left_is_over(
    client: Client, coordinator: User, colleague: User, owner: User, leaves: str
) -> None:
    reset = ask(client, coordinator, owner)
    factories.end_roles({"asker": coordinator, "owner": owner}[leaves])
    client.force_login(colleague)

    client.post(f"/school/99XX00/tweede-stap/{reset.pk}/")

    assert has_app(owner)


def test_question_is_over_after_a_week_and_can_be_asked_anew(
    client: Client, school: School, coordinator: User, colleague: User, owner: User
) -> None:
    reset = ask(client, coordinator, owner)
    with school_transaction(school):
        FactorReset.objects.for_school(school).update(asked_at=timezone.now() - timedelta(days=7, seconds=1))
    client.force_login(colleague)
    client.post(f"/school/99XX00/tweede-stap/{reset.pk}/")
    after_a_week = has_app(owner)

    client.post(f"/school/99XX00/medewerkers/{owner.pk}/tweede-stap/", {"reason": "lost"})

    with unscoped("a test looks"):
        asked_by = set(FactorReset.objects.get_queryset().filter(withdrawn_at=None).values_list("asked_by", flat=True))
    assert (after_a_week, asked_by) == (True, {colleague.pk})


def test_question_asked_twice_is_one_question(client: Client, coordinator: User, colleague: User, owner: User) -> None:
    reset = ask(client, coordinator, owner)
    client.force_login(colleague)

    again = client.post(f"/school/99XX00/medewerkers/{owner.pk}/tweede-stap/", {"reason": "lost"}, follow=True)

    assert "Iemand heeft dit al gevraagd." in again.content.decode()
    with unscoped("a test looks"):
        assert list(FactorReset.objects.get_queryset()) == [reset]


def test_withdrawing_one_question_leaves_another_open(
    client: Client, school: School, coordinator: User, owner: User
) -> None:
    teacher = factories.make_teacher(school)
    factories.make_app(teacher)
    kept, taken_back = ask(client, coordinator, teacher), ask(client, coordinator, owner)

    client.post(f"/school/99XX00/tweede-stap/{taken_back.pk}/intrekken/")

    with school_transaction(school):
        assert list(open_resets(school)) == [kept]


def test_question_of_long_ago_that_was_confirmed_stays_so(
    client: Client, school: School, coordinator: User, colleague: User, owner: User
) -> None:
    done = ask(client, coordinator, owner)
    client.force_login(colleague)
    client.post(f"/school/99XX00/tweede-stap/{done.pk}/")
    with school_transaction(school):
        FactorReset.objects.for_school(school).update(asked_at=timezone.now() - timedelta(days=8))
    factories.make_app(owner)

    client.post(f"/school/99XX00/medewerkers/{owner.pk}/tweede-stap/", {"reason": "lost"})

    with school_transaction(school):
        done.refresh_from_db()
        assert (done.withdrawn_at, len(open_resets(school))) == (None, 1)


def test_what_was_confirmed_cannot_be_withdrawn(
    client: Client, school: School, coordinator: User, colleague: User, owner: User
) -> None:
    done = ask(client, coordinator, owner)
    client.force_login(colleague)
    client.post(f"/school/99XX00/tweede-stap/{done.pk}/")

    client.post(f"/school/99XX00/tweede-stap/{done.pk}/intrekken/")

    with school_transaction(school):
        done.refresh_from_db()
        noted = AuditEntry.objects.for_school(school).filter(event=events.RESET_WITHDRAWN)
        assert (done.withdrawn_at, list(noted)) == (None, [])


def test_owner_is_mailed_of_no_more_than_three_questions_a_day(
    client: Client, school: School, coordinator: User, owner: User
) -> None:
    for _ in range(5):
        client.force_login(coordinator)
        page: Any = client.post(f"/school/99XX00/medewerkers/{owner.pk}/tweede-stap/", {"reason": "lost"}, follow=True)
        with school_transaction(school):
            FactorReset.objects.for_school(school).filter(withdrawn_at=None).update(withdrawn_at=timezone.now())

    assert OutgoingMail.objects.filter(recipient_id=owner.pk).count() == 3
    assert "drie keer gevraagd" in page.content.decode()


@pytest.mark.parametrize("what", ["asker stopped", "asker beyond", "owner left"])
def test_what_changed_since_it_was_asked_keeps_it_from_being_confirmed(
    client: Client,
    other_school: School,
    coordinator: User,
    colleague: User,
    owner: User,
    what: str,
) -> None:
    reset = ask(client, coordinator, owner)
    if what == "asker stopped":
        factories.end_roles(coordinator)
    elif what == "owner left":
        factories.end_roles(owner)
    else:  # powerful at a school where only the one who confirms may do so
        factories.make_role(owner, "head", other_school)
        factories.make_role(colleague, "ict_coordinator", other_school)
    client.force_login(colleague)

    client.post(f"/school/99XX00/tweede-stap/{reset.pk}/")

    assert has_app(owner)


def test_asker_who_stopped_since_does_not_count_for_who_has_no_weighty_role_either(
    client: Client, coordinator: User, colleague: User, teacher: User
) -> None:
    factories.make_app(teacher)
    reset = ask(client, coordinator, teacher)
    factories.end_roles(coordinator)
    client.force_login(colleague)

    client.post(f"/school/99XX00/tweede-stap/{reset.pk}/")

    assert has_app(teacher)


@pytest.mark.requirement("SR-B09")
def test_who_asked_may_do_so_everywhere_and_who_confirms_may_not_is_not_enough(
    client: Client, other_school: School, coordinator: User, colleague: User, owner: User
) -> None:
    factories.make_role(owner, "head", other_school)
    factories.make_role(coordinator, "ict_coordinator", other_school)
    reset = ask(client, coordinator, owner)
    client.force_login(colleague)

    client.post(f"/school/99XX00/tweede-stap/{reset.pk}/")

    assert has_app(owner)
