"""The safety stop: from which share on somebody must say that it is right (product S7, SR-D06)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from basispoort.lib.tenancy import school_transaction
from schools.actions.apply import ConfirmationMissing, apply_delivery, difference_of
from tests.schools.factories import apply, deliver, make_roster, rows_of

if TYPE_CHECKING:
    from accounts.models import User
    from schools.edexml.roster import Roster
    from schools.models import School

pytestmark = pytest.mark.requirement("SR-D06")


def alarms(school: School, user: User, before: Roster, after: Roster) -> tuple[str, ...]:
    """The alarms that ring when the one roster follows the other."""
    apply(school, user, before)
    delivery = deliver(school, user, after)
    with school_transaction(school):
        return difference_of(school=school, delivery=delivery).alarms


def in_two_groups(roster: Roster) -> Roster:
    """The roster with its pupils in no more than two groups, of which no one goes empty by a few who leave."""
    first, second = roster.groups[0], roster.groups[1]
    pupils = tuple(
        replace(one, group_key=(first if number % 2 else second).key) for number, one in enumerate(roster.pupils)
    )
    return replace(roster, pupils=pupils)


@pytest.mark.parametrize(
    ("leave", "change", "rings"), [(4, 0, ()), (2, 2, ()), (5, 0, ("pupils",)), (2, 3, ("pupils",))]
)
def test_more_than_a_tenth_of_the_pupils_rings(
    school: School, coordinator: User, leave: int, change: int, rings: tuple[str, ...]
) -> None:
    before = in_two_groups(make_roster(school, pupils=40))
    changed = tuple(replace(one, last_name="Anders") for one in before.pupils[leave : leave + change])
    after = replace(before, pupils=(*changed, *before.pupils[leave + change :]))

    assert alarms(school, coordinator, before, after) == rings


@pytest.mark.parametrize(("leave", "rings"), [(6, ()), (7, ("staff",))])
def test_more_than_three_quarters_of_the_staff_rings(
    school: School, coordinator: User, leave: int, rings: tuple[str, ...]
) -> None:
    roster = make_roster(school, pupils=40)
    before = replace(roster, staff=roster.staff[:8])

    assert alarms(school, coordinator, before, replace(before, staff=before.staff[leave:])) == rings


def test_group_that_loses_every_pupil_rings_however_small(school: School, coordinator: User) -> None:
    roster = in_two_groups(make_roster(school, pupils=40))
    alone = replace(roster.pupils[0], group_key=roster.groups[2].key)
    before = replace(roster, pupils=(alone, *roster.pupils[1:]))

    assert alarms(school, coordinator, before, replace(before, pupils=before.pupils[1:])) == ("group_gone",)


def test_new_names_for_everybody_ring(school: School, coordinator: User) -> None:
    before = make_roster(school)
    renamed = tuple(replace(one, last_name=f"{one.last_name}-Anders") for one in before.pupils)

    assert alarms(school, coordinator, before, replace(before, pupils=renamed)) == ("pupils", "all_names")


def test_who_returns_rings_nothing(school: School, coordinator: User) -> None:
    whole = in_two_groups(make_roster(school, pupils=40))
    apply(school, coordinator, whole)

    assert alarms(school, coordinator, replace(whole, pupils=whole.pupils[20:]), whole) == ()


def test_alarm_stops_the_action_itself_and_not_only_the_page(school: School, coordinator: User) -> None:
    roster = make_roster(school)
    apply(school, coordinator, roster)
    before = rows_of(school)
    delivery = deliver(school, coordinator, replace(roster, staff=roster.staff[:1]))

    with school_transaction(school), pytest.raises(ConfirmationMissing):
        apply_delivery(school=school, delivery=delivery, acting_user=coordinator, digest=delivery.difference_digest)

    assert rows_of(school) == before
