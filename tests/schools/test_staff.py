"""Staff in the roster: who comes, leaves, returns and changes, and what that never does to an account (SR-D09)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from accounts.models import Role, User, UserStaff
from basispoort.lib.tenancy import school_transaction, unscoped
from schools.actions.apply import difference_of
from schools.models import StaffGroup, StaffMember
from tests import factories
from tests.schools.factories import apply, deliver, kept, make_roster, wanted

if TYPE_CHECKING:
    from schools.edexml.roster import Roster
    from schools.models import School


def staff_of(school: School) -> dict[str, StaffMember]:
    """Everyone of the staff, those who left too, by key."""
    with school_transaction(school):
        return {one.las_key or "": one for one in StaffMember.objects.for_school(school)}


def work_of(person: StaffMember) -> int:
    """The number of groups the person works for."""
    with school_transaction(person.school_id):
        return StaffGroup.objects.for_school(person.school_id).filter(staff_member=person).count()


def without_first(roster: Roster) -> Roster:
    """The roster without its first member of staff, a teacher with a group."""
    return replace(roster, staff=roster.staff[1:])


def test_who_leaves_the_staff_is_kept_unseen_and_works_for_no_group(school: School, coordinator: User) -> None:
    roster = make_roster(school)
    apply(school, coordinator, roster)
    apply(school, coordinator, without_first(roster))

    left = staff_of(school)[roster.staff[0].key]

    assert (left.left_at is not None, work_of(left)) == (True, 0)
    assert kept(school) == wanted(school, without_first(roster))


def test_who_returns_to_the_staff_has_the_same_id_and_the_groups_again(school: School, coordinator: User) -> None:
    roster = make_roster(school)
    apply(school, coordinator, roster)
    before = staff_of(school)[roster.staff[0].key]
    apply(school, coordinator, without_first(roster))

    apply(school, coordinator, roster)
    after = staff_of(school)[roster.staff[0].key]

    assert (after.pk, after.public_id, after.left_at) == (before.pk, before.public_id, None)
    assert kept(school) == wanted(school, roster)


def test_change_of_a_staff_member_is_told_by_field_and_written_whole(school: School, coordinator: User) -> None:
    roster = make_roster(school)
    apply(school, coordinator, roster)
    ids = {one.pk for one in staff_of(school).values()}
    other_group = roster.groups[-1].key
    changed = replace(
        roster.staff[0],
        first_name="Anders",
        email="ander.adres@voorbeeldschool.example",
        roles=("IB", "RT"),
        groups=((other_group, ("RT",)),),
    )
    later = replace(roster, staff=(changed, *roster.staff[1:]))
    delivery = deliver(school, coordinator, later)
    with school_transaction(school):
        shown = difference_of(school=school, delivery=delivery).staff.changed
    set_aside = [[change.field for change in one.changes] for one in shown]

    apply_again(school, coordinator, later)

    assert set_aside == [["first_name", "roles", "email"]]
    assert kept(school) == wanted(school, later)
    assert {one.pk for one in staff_of(school).values()} == ids


def apply_again(school: School, user: User, roster: Roster) -> None:
    """Withdraw what is open and bring the roster in."""
    from schools.actions.delivery import withdraw_delivery  # noqa: PLC0415 - only here
    from schools.models import RosterDelivery  # noqa: PLC0415

    with school_transaction(school):
        for one in RosterDelivery.objects.for_school(school).filter(state="read"):
            withdraw_delivery(school=school, delivery=one, acting_user=user)
    apply(school, user, roster)


def test_new_work_for_a_group_alone_is_a_change(school: School, coordinator: User) -> None:
    roster = make_roster(school)
    apply(school, coordinator, roster)
    busier = replace(roster.staff[0], groups=(*roster.staff[0].groups, (roster.groups[-1].key, ())))
    later = replace(roster, staff=(busier, *roster.staff[1:]))

    delivery = deliver(school, coordinator, later)
    with school_transaction(school):
        shown = difference_of(school=school, delivery=delivery).staff.changed
    apply_again(school, coordinator, later)

    assert [[change.field for change in one.changes] for one in shown] == [["memberships"]]
    assert kept(school) == wanted(school, later)


@pytest.mark.requirement("SR-D09")
def test_roster_gives_no_role_and_moves_no_account(school: School, coordinator: User) -> None:
    roster = make_roster(school)
    apply(school, coordinator, roster)
    member = staff_of(school)[roster.staff[0].key]
    teacher = factories.make_user(email=roster.staff[0].email)
    factories.make_role(teacher, "teacher", school)
    with school_transaction(school):
        UserStaff.objects.create(school=school, user=teacher, staff_member=member)
    accounts = accounts_now()
    grand = replace(roster.staff[0], roles=("DIR", "ICT"), email="nieuw.adres@voorbeeldschool.example")
    newcomer = replace(
        roster.staff[1], key="nieuw", eck_id="", roles=("DIR", "ICT"), email=coordinator.email or "", groups=()
    )

    apply(school, coordinator, replace(roster, staff=(grand, *roster.staff[1:], newcomer)))

    assert staff_of(school)[grand.key].email == "nieuw.adres@voorbeeldschool.example"
    assert staff_of(school)["nieuw"].roster_roles == ["DIR", "ICT"]
    assert accounts_now() == accounts


def accounts_now() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Every account with its address and state, every role, and whom accounts stand for."""
    with unscoped("a test compares accounts"):
        return (
            [(one.pk, one.email, one.is_active, one.password) for one in User.objects.order_by("pk")],
            list(Role.objects.get_queryset().order_by("pk").values_list()),
            list(UserStaff.objects.get_queryset().order_by("pk").values_list()),
        )
