"""From a file to the roster: whole or not at all, and of one school only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from basispoort.lib.tenancy import school_transaction
from schools.actions.apply import (
    ConfirmationMissing,
    DifferenceChanged,
    NotReadable,
    apply_delivery,
    difference_of,
)
from schools.models import Group, PupilSubgroup, StaffMember
from tests.schools.factories import apply, deliver, make_roster, now, present, rows_of, with_pupil

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import School


def test_first_delivery_makes_the_roster_what_the_file_says(school: School, coordinator: User) -> None:
    roster = make_roster(school)

    apply(school, coordinator, roster)
    pupils = present(school)
    groups = {one.key: one.name for one in roster.groups}

    assert sorted(
        (one.las_key, one.eck_id, one.full_name, one.home_group.name) for one in pupils if one.home_group
    ) == (
        sorted(
            (
                one.key,
                one.eck_id,
                " ".join(filter(None, (one.first_name, one.infix, one.last_name))),
                groups[one.group_key or ""],
            )
            for one in roster.pupils
        )
    )
    with school_transaction(school):
        assert PupilSubgroup.objects.for_school(school).count() == sum(len(one.subgroup_keys) for one in roster.pupils)
        assert sorted(one.email or "" for one in StaffMember.objects.for_school(school)) == sorted(
            one.email for one in roster.staff
        )


def test_birth_date_and_gender_are_kept_only_when_the_school_asks_for_them(
    school: School, other_school: School, coordinator: User, stranger: User
) -> None:
    other_school.keeps_birth_dates = other_school.keeps_gender = True
    other_school.save(update_fields=["keeps_birth_dates", "keeps_gender"])

    apply(school, coordinator, make_roster(school))
    apply(other_school, stranger, make_roster(other_school))

    assert {(one.birth_date, one.gender) for one in present(school)} == {(None, "")}
    assert all(one.birth_date and one.gender for one in present(other_school))


def test_same_file_again_changes_nothing_and_ends_by_itself(school: School, coordinator: User) -> None:
    apply(school, coordinator, make_roster(school))
    before = rows_of(school)

    again = deliver(school, coordinator, make_roster(school))

    assert (again.state, again.changed_nothing, again.content, again.reading) == ("applied", True, None, None)
    assert rows_of(school) == before


@pytest.mark.requirement("SR-D12")
def test_file_and_reading_are_erased_when_applied(school: School, coordinator: User) -> None:
    done = apply(school, coordinator, make_roster(school))

    assert (done.state, done.content, done.reading) == ("applied", None, None)


def test_who_left_is_hidden_and_gets_the_same_id_on_return(school: School, coordinator: User) -> None:
    roster = make_roster(school)
    apply(school, coordinator, roster)
    before = {one.id for one in present(school)}

    apply(school, coordinator, replace(roster, pupils=roster.pupils[:-1]))
    without = {one.id for one in present(school)}
    apply(school, coordinator, roster)

    assert len(before - without) == 1
    assert {one.id for one in present(school)} == before


@pytest.mark.requirement("SR-D07")
def test_eck_id_goes_before_key(school: School, coordinator: User) -> None:
    roster = make_roster(school)
    apply(school, coordinator, roster)
    before = {one.eck_id: one.id for one in present(school)}

    apply(school, coordinator, with_pupil(roster, 0, key="quite-another"))

    assert {one.eck_id: one.id for one in present(school)} == before
    assert "quite-another" in {one.las_key for one in present(school)}


def test_made_up_keys_are_matched_by_name(school: School, coordinator: User) -> None:
    roster = make_roster(school, pupils=4)
    made_up = tuple(
        replace(one, key=f"#{number}", eck_id="", first_name=f"Proef{number}")
        for number, one in enumerate(roster.pupils)
    )
    other_keys = tuple(replace(one, key=f"#9{one.key[1:]}") for one in made_up)
    apply(school, coordinator, replace(roster, pupils=made_up))
    before = {one.id for one in present(school)}

    again = deliver(school, coordinator, replace(roster, pupils=other_keys))

    assert again.state == "applied"
    assert {one.id for one in present(school)} == before


@pytest.mark.requirement("SR-D07")
def test_conflicting_matches_are_refused_with_lines(school: School, coordinator: User) -> None:
    roster = make_roster(school)
    apply(school, coordinator, roster)
    before = rows_of(school)
    first, second, *others = roster.pupils
    swapped = (replace(first, key=second.key), replace(second, key=first.key), *others)

    refused = deliver(school, coordinator, replace(roster, pupils=swapped))

    assert refused.state == "refused"
    assert {(one["code"], bool(one["line"])) for one in refused.problems} == {("conflict_two", True)}
    assert rows_of(school) == before


def test_groups_that_are_not_in_the_file_end(school: School, coordinator: User) -> None:
    apply(school, coordinator, make_roster(school))

    apply(school, coordinator, make_roster(school, school_year="2027-2028"))

    with school_transaction(school):
        years = set(Group.objects.for_school(school).current().values_list("school_year", flat=True))
    assert years == {"2027-2028"}
    assert {one.home_group.school_year for one in present(school) if one.home_group} == {"2027-2028"}


@pytest.mark.requirement("SR-D06")
def test_much_change_must_be_confirmed(school: School, coordinator: User) -> None:
    roster = make_roster(school)
    apply(school, coordinator, roster)
    before = rows_of(school)
    delivery = deliver(school, coordinator, replace(roster, pupils=roster.pupils[:10]))

    with school_transaction(school):
        shown = difference_of(school=school, delivery=delivery)
        with pytest.raises(ConfirmationMissing):
            apply_delivery(school=school, delivery=delivery, acting_user=coordinator, digest=shown.digest)

    assert "pupils" in shown.alarms
    assert rows_of(school) == before


def test_little_change_needs_no_confirmation(school: School, coordinator: User) -> None:
    roster = make_roster(school, pupils=40)
    apply(school, coordinator, roster)
    delivery = deliver(school, coordinator, with_pupil(roster, 0, first_name="Anders"))

    with school_transaction(school):
        shown = difference_of(school=school, delivery=delivery)

    assert shown.alarms == ()
    assert [(one.field, one.new) for one in shown.pupils.changed[0].changes] == [("first_name", "Anders")]


def test_first_delivery_rings_no_alarm(school: School, coordinator: User) -> None:
    delivery = deliver(school, coordinator, make_roster(school))

    with school_transaction(school):
        assert difference_of(school=school, delivery=delivery).alarms == ()


@pytest.mark.requirement("SR-D05")
def test_roster_that_changed_meanwhile_must_be_looked_at_again(school: School, coordinator: User) -> None:
    roster = make_roster(school)
    apply(school, coordinator, roster)
    delivery = deliver(school, coordinator, with_pupil(roster, 0, first_name="Anders"))
    with school_transaction(school):
        digest = difference_of(school=school, delivery=delivery).digest
    gone = present(school)[1]
    with school_transaction(school):
        gone.fingerprint = b"x" * 32
        gone.save(update_fields=["fingerprint"])

    with school_transaction(school), pytest.raises(DifferenceChanged):
        apply_delivery(school=school, delivery=delivery, acting_user=coordinator, digest=digest, confirmed=True)

    assert now(delivery).state == "read"


@pytest.mark.requirement("SR-L02")
def test_delivery_is_applied_once(school: School, coordinator: User) -> None:
    done = deliver(school, coordinator, make_roster(school))
    with school_transaction(school):
        digest = difference_of(school=school, delivery=done).digest
        apply_delivery(school=school, delivery=done, acting_user=coordinator, digest=digest)

    with school_transaction(school), pytest.raises(NotReadable):
        apply_delivery(school=school, delivery=done, acting_user=coordinator, digest=digest)


@pytest.mark.requirement("SR-D04")
def test_file_of_another_school_changes_neither(
    school: School, other_school: School, coordinator: User, stranger: User
) -> None:
    apply(school, coordinator, make_roster(school))
    apply(other_school, stranger, make_roster(other_school))
    before = (rows_of(school), rows_of(other_school))

    refused = deliver(school, coordinator, make_roster(other_school, pupils=5))

    assert (refused.state, [one["code"] for one in refused.problems]) == ("refused", ["other_school"])
    assert (refused.content, refused.reading) == (None, None)
    assert (rows_of(school), rows_of(other_school)) == before


@pytest.mark.requirement("SR-D07")
def test_same_eck_id_at_another_school_stays_its_own(
    school: School, other_school: School, coordinator: User, stranger: User
) -> None:
    theirs = make_roster(other_school)
    apply(other_school, stranger, theirs)
    before = rows_of(other_school)

    apply(school, coordinator, with_pupil(make_roster(school), 0, eck_id=theirs.pupils[0].eck_id))

    assert rows_of(other_school) == before
