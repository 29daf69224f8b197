"""Nobody is left without help for a lost second step by what a school elsewhere does (SR-A11)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts import events
from accounts.actions.factor_reset import ResetOver, ask_reset, confirm_reset
from accounts.models import OfficeReset, TotpDevice
from basispoort.audit.models import AuditEntry
from basispoort.lib.tenancy import school_transaction
from tests import factories
from tests.accounts.office.resets import ADDRESS, ask

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import School
    from tests.conftest import PortalClient

pytestmark = [pytest.mark.requirement("SR-A11"), pytest.mark.django_db]


@pytest.fixture
def lost(school: School, coordinator: User) -> User:  # noqa: ARG001 - the one coordinator there
    """A teacher at a school with one coordinator, who lost the phone."""
    user = factories.make_user(email=ADDRESS)
    factories.make_role(user, "teacher", school)
    factories.make_app(user)
    return user


@pytest.mark.parametrize("role", ["teacher", "head"])
def test_invitation_to_a_school_where_the_owner_never_was_changes_nothing(
    lost: User, other_school: School, first: PortalClient, role: str
) -> None:
    for _ in range(2):
        factories.make_coordinator(other_school)
    factories.make_role(lost, role, other_school, called="Wie Dan")

    ask(first)

    assert OfficeReset.objects.count() == 1
    with school_transaction(other_school):
        assert not AuditEntry.objects.for_school(other_school).filter(event=events.OFFICE_RESET_ASKED).exists()


def test_school_that_ended_helps_nobody(lost: User, other_school: School, first: PortalClient) -> None:
    for _ in range(2):
        factories.make_coordinator(other_school)
    factories.make_role(lost, "head", other_school)
    other_school.in_service_from = other_school.in_service_until = timezone.localdate() - timedelta(days=1)
    other_school.save()

    ask(first)

    assert OfficeReset.objects.count() == 1


def test_what_was_asked_elsewhere_is_over_once_the_step_is_renewed(
    lost: User, school: School, other_school: School, coordinator: User, first: PortalClient
) -> None:
    ask(first)
    factories.make_role(lost, "teacher", other_school)
    colleague = factories.make_coordinator(school)
    one, two = factories.make_coordinator(other_school), factories.make_coordinator(other_school)
    with school_transaction(other_school):
        stale = ask_reset(school=other_school, user=lost, reason="lost", acting_user=one)
    with school_transaction(school):
        done = ask_reset(school=school, user=lost, reason="lost", acting_user=coordinator)
        confirm_reset(school=school, reset=done, acting_user=colleague)
    factories.make_app(lost)

    with pytest.raises(ResetOver), school_transaction(other_school):
        confirm_reset(school=other_school, reset=stale, acting_user=two)

    assert TotpDevice.objects.filter(user=lost).exists()
    assert OfficeReset.objects.get().withdrawn_at is not None
