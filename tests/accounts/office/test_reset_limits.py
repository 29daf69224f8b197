"""What the helpdesk tries in vain about a second step is counted, and nobody is mailed without end (SR-A11, SR-K06)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts.actions.factor_reset import BeyondSchool, ask_reset
from accounts.models import OfficeReset, TotpDevice
from basispoort.audit.models import AuditEntry
from basispoort.lib.models import OutgoingMail
from basispoort.lib.tenancy import school_transaction, unscoped
from tests import factories
from tests.accounts.office.resets import ADDRESS, PAGE, ask, confirm

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import School
    from tests.conftest import PortalClient

pytestmark = [pytest.mark.requirement("SR-A11"), pytest.mark.django_db]


@pytest.mark.requirement("SR-K06")
def test_addresses_are_not_tried_out_one_after_another(first: PortalClient, owner: User) -> None:
    statuses = [ask(first, f"iemand{number}@voorbeeldschool.example").status_code for number in range(7)]

    assert statuses == [200] * 5 + [429] * 2
    assert ask(first, str(owner.email)).status_code == 429


def test_who_asks_for_many_people_is_not_held_up(school: School, first: PortalClient) -> None:
    for number in range(7):
        user = factories.make_user(email=f"iemand{number}@voorbeeldschool.example")
        factories.make_role(user, "board_member", board=school.board)
        factories.make_app(user)

    statuses = [ask(first, f"iemand{number}@voorbeeldschool.example").status_code for number in range(7)]

    assert statuses == [302] * 7


@pytest.mark.requirement("SR-K06")
def test_address_is_not_guessed_while_confirming_and_each_guess_stands_in_the_trail(
    owner: User,
    first: PortalClient,
    second: PortalClient,
) -> None:
    ask(first)

    statuses = [confirm(second, f"iemand{number}@voorbeeldschool.example").status_code for number in range(6)]
    last = confirm(second).status_code

    assert (statuses, last) == ([302] * 5 + [429], 429)
    assert TotpDevice.objects.filter(user=owner).exists()
    with unscoped("a test looks"):
        wrong = AuditEntry.objects.get_queryset().filter(event="accounts.office_reset.confirmed", outcome="denied")
        assert wrong.count() == 5


def test_right_address_after_wrong_ones_confirms_and_clears_the_count(
    owner: User, first: PortalClient, second: PortalClient
) -> None:
    for _ in range(2):
        ask(first)
        reset = OfficeReset.objects.get(confirmed_at__isnull=True)
        path = f"{PAGE}{reset.pk}/bevestigen/"
        for number in range(4):
            second.post(path, {"address": f"iemand{number}@voorbeeldschool.example"})
        second.post(path, {"address": ADDRESS})
        taken = not TotpDevice.objects.filter(user=owner).exists()
        factories.make_app(owner)

        assert taken


def test_owner_is_mailed_of_no_more_than_three_questions_a_day(
    owner: User,
    first: PortalClient,
) -> None:
    for _ in range(5):
        ask(first)
        for reset in OfficeReset.objects.filter(withdrawn_at__isnull=True):
            first.post(f"{PAGE}{reset.pk}/intrekken/")

    assert OutgoingMail.objects.filter(recipient_id=owner.pk).count() == 3


def test_who_becomes_coordinator_elsewhere_soon_is_the_helpdesks_as_the_school_says(
    school: School,
    other_school: School,
    first: PortalClient,
) -> None:
    asker, _helper = factories.make_coordinator(school), factories.make_coordinator(school)
    user = factories.make_user(email=ADDRESS)
    factories.make_role(user, "teacher", school)
    factories.make_app(user)
    soon = timezone.localdate() + timedelta(days=20)
    factories.make_role(user, "ict_coordinator", other_school, starts_on=soon)

    with pytest.raises(BeyondSchool), school_transaction(school):
        ask_reset(school=school, user=user, reason="lost", acting_user=asker)

    assert (ask(first).status_code, OfficeReset.objects.count()) == (302, 1)
