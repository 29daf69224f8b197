"""A file that the roster equals is known at once, and only as long as nobody touched the roster."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from basispoort.lib.tenancy import school_transaction
from schools.edexml.write import write_roster
from schools.models import Group, Pupil, PupilSubgroup, RosterState, StaffGroup, StaffMember
from schools.roster.packing import Packed, pack, unpack
from tests.schools.factories import DAY, apply, deliver, kept, make_roster, rows_of, wanted, with_pupil

if TYPE_CHECKING:
    from accounts.models import User
    from basispoort.lib.tenancy import TenantModel
    from schools.models import School

FIELD_OF: dict[type[TenantModel], dict[str, object]] = {
    Group: {"name": "anders"},
    Pupil: {"first_name": "Anders"},
    StaffMember: {"first_name": "Anders"},
    PupilSubgroup: {},
    StaffGroup: {"roster_roles": ["IB"]},
}


def known(school: School) -> bool:
    """Whether the roster is known to equal a file."""
    with school_transaction(school):
        return RosterState.look(school).digest is not None


def test_same_bytes_again_tell_the_same_of_the_file(school: School, coordinator: User) -> None:
    roster = make_roster(school)
    file = write_roster(with_pupil(roster, 0, eck_id=""))
    first = apply(school, coordinator, file)
    before = rows_of(school)

    again = apply(school, coordinator, file)

    assert (again.state, again.changed_nothing, again.problems) == ("applied", True, first.problems)
    assert [one["code"] for one in again.problems] == ["eck_id_missing"]
    assert {name: again.counts[name] for name in ("pupils", "groups", "staff", "leavers", "pupils_without_eck_id")} == {
        name: first.counts[name] for name in ("pupils", "groups", "staff", "leavers", "pupils_without_eck_id")
    }
    assert rows_of(school) == before


def test_same_roster_exported_on_another_day_changes_nothing(school: School, coordinator: User) -> None:
    roster = make_roster(school)
    apply(school, coordinator, roster)
    before = rows_of(school)

    again = deliver(school, coordinator, replace(roster, reference_date=DAY + timedelta(days=3)))

    assert (again.state, again.changed_nothing) == ("applied", True)
    assert rows_of(school) == before


@pytest.mark.parametrize("model", FIELD_OF, ids=lambda model: model.__name__)
def test_any_write_to_the_roster_makes_the_file_unknown(
    school: School, coordinator: User, model: type[TenantModel]
) -> None:
    apply(school, coordinator, make_roster(school))
    before = known(school)

    with school_transaction(school):
        rows = model.objects.for_school(school)
        if values := FIELD_OF[model]:
            rows.filter(pk=rows.values_list("pk", flat=True)[0]).update(**values)
        else:
            rows.filter(pk=rows.values_list("pk", flat=True)[0]).delete()

    assert (before, known(school)) == (True, False)


def test_write_to_another_school_leaves_the_file_known(
    school: School, other_school: School, coordinator: User, stranger: User
) -> None:
    apply(school, coordinator, make_roster(school))

    apply(other_school, stranger, make_roster(other_school))

    assert (known(school), known(other_school)) == (True, True)


def test_same_bytes_after_a_pupil_was_taken_out_bring_the_pupil_back(school: School, coordinator: User) -> None:
    roster = make_roster(school)
    apply(school, coordinator, roster)
    with school_transaction(school):
        gone = Pupil.objects.for_school(school).values_list("pk", flat=True)[0]
        Pupil.objects.for_school(school).filter(pk=gone).update(left_at=timezone.now())

    again = apply(school, coordinator, roster)

    assert again.counts["pupils_came"] == 1
    assert kept(school) == wanted(school, roster)


def test_same_bytes_after_the_school_asked_for_birth_dates_are_read_anew(school: School, coordinator: User) -> None:
    roster = make_roster(school)
    apply(school, coordinator, roster)
    school.keeps_birth_dates = True
    school.save(update_fields=["keeps_birth_dates"])

    again = apply(school, coordinator, roster)

    assert again.counts["pupils_changed"] == 20
    assert kept(school) == wanted(school, roster)


def test_file_before_last_is_not_taken_for_the_last(school: School, coordinator: User) -> None:
    first = make_roster(school)
    apply(school, coordinator, first)
    apply(school, coordinator, with_pupil(first, 0, first_name="Anders"))

    again = deliver(school, coordinator, first)

    assert (again.state, again.counts["pupils_changed"]) == ("read", 1)


def test_file_known_at_one_school_is_refused_at_another(
    school: School, other_school: School, coordinator: User, stranger: User
) -> None:
    file = write_roster(make_roster(school))
    apply(school, coordinator, file)

    refused = deliver(other_school, stranger, file)

    assert (refused.state, [one["code"] for one in refused.problems]) == ("refused", ["other_school"])


def test_reading_is_packed_without_loss(school: School) -> None:
    roster = with_pupil(make_roster(school), 0, birth_date=None, group_key=None, year_group=None, infix="van 't")

    packed = pack(roster, file_digest=b"d" * 32)
    back = Packed.from_compressed(packed.compressed())

    assert back == packed
    assert unpack(back) == roster
    assert "Voorbeeld" not in repr(back)
