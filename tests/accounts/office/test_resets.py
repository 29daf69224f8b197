"""The helpdesk renews a second step that no school can renew: two of them, and neither reads an address (SR-A11)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts.actions.factor_reset import ResetOver
from accounts.actions.office_reset import confirm_office_reset
from accounts.models import OfficeReset, Role, Session, TotpDevice, User, UserKind
from basispoort.audit.models import AuditEntry
from basispoort.lib.models import OutgoingMail
from basispoort.lib.proof import PROVED
from basispoort.lib.tenancy import unscoped
from tests import factories
from tests.accounts.office.factories import at_office, make_own
from tests.accounts.office.resets import ADDRESS, PAGE, ask, confirm
from tests.at_once import many_at_once

if TYPE_CHECKING:
    from schools.models import School
    from tests.conftest import PortalClient

pytestmark = [pytest.mark.requirement("SR-A11"), pytest.mark.django_db]


def has_app(user: User) -> bool:
    return TotpDevice.objects.filter(user=user).exists()


def test_two_of_the_helpdesk_take_it_away_and_the_owner_is_mailed_twice(
    owner: User, first: PortalClient, second: PortalClient
) -> None:
    ask(first)
    after_asking = has_app(owner)

    confirm(second)

    mails = OutgoingMail.objects.filter(recipient_id=owner.pk).order_by("created_at")
    assert (after_asking, has_app(owner)) == (True, False)
    assert [one.purpose for one in mails] == ["factor_reset_asked", "factor_reset_done"]
    assert "Hugo van de helpdesk" in str(mails[1].text)


def test_sessions_of_the_owner_end_with_it(owner: User, first: PortalClient, second: PortalClient) -> None:
    factories.make_role(owner, "head", factories.make_school())
    browser = at_office()
    browser.force_login(owner)
    before = Session.objects.filter(user_id=owner.pk).count()
    ask(first)

    confirm(second)

    assert (before, Session.objects.filter(user_id=owner.pk).count()) == (1, 0)


def test_one_person_cannot_do_it_alone(owner: User, first: PortalClient) -> None:
    ask(first)

    confirm(first)

    assert has_app(owner)


def test_who_confirms_must_know_the_address(owner: User, first: PortalClient, second: PortalClient) -> None:
    ask(first)

    confirm(second, "iemand@voorbeeldschool.example")
    confirm(second, "")

    assert has_app(owner)


def test_own_second_step_is_not_asked_for() -> None:
    own = make_own(email="hanna@basispoort.example")

    ask(at_office(own), "hanna@basispoort.example")

    assert OfficeReset.objects.count() == 0


def test_colleague_of_the_helpdesk_is_helped_by_two_others(first: PortalClient, second: PortalClient) -> None:
    own = make_own(email="hein@basispoort.example")
    ask(first, "hein@basispoort.example")

    confirm(second, "hein@basispoort.example")

    assert not has_app(own)


@pytest.mark.parametrize("case", ["unknown", "no second step", "closed", "school can", "pupil"])
def test_address_for_which_there_is_nothing_to_do_gets_the_same_answer(
    case: str, school: School, first: PortalClient
) -> None:
    if case in {"no second step", "closed", "school can"}:
        user = factories.make_user(email=ADDRESS)
        User.objects.filter(pk=user.pk).update(is_active=case != "closed")
        factories.make_role(user, "ict_coordinator", school)
        if case != "no second step":
            factories.make_app(user)
    if case == "school can":
        factories.make_coordinator(school)
        factories.make_coordinator(school)
    if case == "pupil":
        User.objects.create(kind=UserKind.PUPIL, first_name="Sam")

    answer = ask(first)

    assert OfficeReset.objects.count() == 0
    assert list(answer.context["form"].errors) == ["address"]
    assert "heeft jou hiervoor nodig" in answer.content.decode()


@pytest.mark.parametrize("helpers", [0, 1])
def test_coordinator_without_two_colleagues_is_the_helpdesks(helpers: int, school: School, first: PortalClient) -> None:
    user = factories.make_coordinator(school, email=ADDRESS)
    for _ in range(helpers):
        factories.make_coordinator(school)

    ask(first)

    assert OfficeReset.objects.get().user == user


def test_who_is_powerful_at_two_schools_is_the_helpdesks(
    school: School, other_school: School, first: PortalClient
) -> None:
    user = factories.make_coordinator(school, email=ADDRESS)
    factories.make_role(user, "head", other_school)
    for place in (school, school, other_school, other_school):
        factories.make_coordinator(place)

    ask(first)

    assert OfficeReset.objects.get().user == user


@pytest.mark.requirement("SR-B07")
def test_page_shows_neither_name_nor_address(owner: User, first: PortalClient, second: PortalClient) -> None:
    ask(first)
    waiting = second.get(PAGE).content.decode()
    confirm(second)

    done = second.get(PAGE).content.decode()

    assert "HD-12345" in waiting
    assert "HD-12345" in done
    for page in (waiting, done):
        assert owner.first_name not in page
        assert ADDRESS not in page


def test_twenty_four_hours_later_it_is_no_longer_shown(owner: User, first: PortalClient, second: PortalClient) -> None:  # noqa: ARG001 - is helped
    ask(first)
    confirm(second)
    moments = {"asked_at": timezone.now() - timedelta(hours=26), "confirmed_at": timezone.now() - timedelta(hours=25)}
    OfficeReset.objects.update(**moments)

    assert "HD-12345" not in first.get(PAGE).content.decode()


def test_withdrawn_or_a_week_old_cannot_be_confirmed(owner: User, first: PortalClient, second: PortalClient) -> None:
    ask(first)
    OfficeReset.objects.update(asked_at=timezone.now() - timedelta(days=8))
    confirm(second)
    after_a_week = has_app(owner)
    OfficeReset.objects.update(asked_at=timezone.now())
    first.post(f"{PAGE}{OfficeReset.objects.get().pk}/intrekken/")

    confirm(second)

    assert (after_a_week, has_app(owner)) == (True, True)


def test_who_asked_and_left_the_helpdesk_since_does_not_count(
    owner: User, first: PortalClient, second: PortalClient
) -> None:
    ask(first)
    factories.end_roles(OfficeReset.objects.get().asked_by)

    confirm(second)

    assert has_app(owner)


def test_asking_twice_keeps_one_request(owner: User, first: PortalClient, second: PortalClient) -> None:  # noqa: ARG001 - is asked for
    ask(first)

    answer = ask(second)

    assert OfficeReset.objects.count() == 1
    assert "Een collega heeft dit al gevraagd" in answer.content.decode()


def test_request_a_week_old_gives_way_to_a_new_one_and_one_that_was_done_stays(
    owner: User, first: PortalClient, second: PortalClient
) -> None:
    ask(first)
    confirm(second)
    done = OfficeReset.objects.get()
    factories.make_app(owner)
    ask(first)
    OfficeReset.objects.update(asked_at=timezone.now() - timedelta(days=8))

    ask(second)

    withdrawn = dict(OfficeReset.objects.order_by("asked_at").values_list("pk", "withdrawn_at"))
    assert withdrawn.pop(done.pk) is None
    assert [moment is None for moment in withdrawn.values()] == [False, True]


def test_each_act_stands_in_the_trail_of_the_country_and_of_the_owners_school(
    school: School, first: PortalClient, second: PortalClient
) -> None:
    owner = factories.make_coordinator(school, email=ADDRESS)
    ask(first)
    confirm(second)

    with unscoped("a test reads the trail"):
        rows = AuditEntry.objects.get_queryset().filter(event__startswith="accounts.office_reset", outcome="done")
        found = sorted((row.event.rsplit(".")[-1], row.school_id or 0, row.target_id) for row in rows)
    assert found == sorted((act, place, str(owner.pk)) for act in ("asked", "confirmed") for place in (0, school.pk))


def test_stale_proof_is_asked_for_first(owner: User, first: PortalClient) -> None:  # noqa: ARG001 - is asked for
    session = first.session
    session[PROVED] = 0
    session.save()

    ask(first)

    assert OfficeReset.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_who_confirm_at_once_one_does_it() -> None:
    owner = make_own(email=ADDRESS)
    askers = [make_own() for _ in range(3)]
    ask(at_office(askers[0]))
    reset = OfficeReset.objects.get()

    def confirm_it(number: int) -> str:
        found = OfficeReset.objects.select_related("user", "asked_by").get(pk=reset.pk)
        try:
            confirm_office_reset(reset=found, address=ADDRESS, acting_user=askers[1 + number])
        except ResetOver:
            return "over"
        return "done"

    outcomes = many_at_once(2, confirm_it)

    assert sorted(outcomes) == ["done", "over"]
    assert OutgoingMail.objects.filter(recipient_id=owner.pk, purpose="factor_reset_done").count() == 1


def test_roles_are_those_that_run(school: School, first: PortalClient) -> None:
    user = factories.make_coordinator(school, email=ADDRESS)
    gone = [factories.make_coordinator(school) for _ in range(2)]
    for colleague in gone:
        factories.end_roles(colleague)

    ask(first)

    with unscoped("a test counts"):
        assert Role.objects.get_queryset().running_today().count() == 2  # the coordinator's and the helpdesk's
    assert OfficeReset.objects.get().user == user


@pytest.mark.parametrize("helpers", ["invited", "elsewhere", "shut"])
def test_colleagues_who_cannot_help_do_not_count(school: School, first: PortalClient, helpers: str) -> None:
    user = factories.make_user(email=ADDRESS)
    factories.make_role(user, "ict_coordinator", school)
    factories.make_app(user)
    for _ in range(2):
        colleague = factories.make_user(**{"password": None} if helpers == "invited" else {})
        factories.make_role(colleague, "head", school, called="Wie Dan" if helpers == "elsewhere" else "")
        User.objects.filter(pk=colleague.pk).update(is_active=helpers != "shut")

    ask(first)

    assert OfficeReset.objects.count() == 1
