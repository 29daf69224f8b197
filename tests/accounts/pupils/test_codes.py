"""Pupils' codes: what is handed out, how it is kept, what wrong tries do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.actions.codes import (
    PICTURE_NAMES,
    cards_for,
    ensure_codes,
    is_too_easy,
    let_in,
    new_digits,
    new_pictures,
    reset_codes,
)
from accounts.models import CodeKind, PupilCode
from accounts.models.code import kind_for
from basispoort.audit.models import AuditEntry
from basispoort.lib.crypto import key_id_of
from basispoort.lib.tenancy import school_scope, school_transaction, unscoped
from tests import factories
from tests.accounts.pupils.factories import DIGITS, code_now, make_code
from tests.at_once import many_at_once

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import Group, Pupil, School


def claim(code: PupilCode, times: int = 1) -> list[bool]:
    """Count so many tries on a code, one after the other, without waiting."""
    with school_transaction(code.school_id):
        return [PupilCode.objects.for_school(code.school_id).claim_try(code.pk) for _ in range(times)]


def move_clock(pupil: Pupil, back: timedelta) -> None:
    """Make all that happened to a code happen so much longer ago."""
    with school_transaction(pupil.school_id):
        code = PupilCode.objects.for_school(pupil.school_id).get(pupil=pupil)
        for name in ("wrong_since", "last_wrong_at", "waiting_until"):
            value = getattr(code, name)
            setattr(code, name, value and value - back)
        code.save(update_fields=["wrong_since", "last_wrong_at", "waiting_until"])


def waits_after(pupil: Pupil, tries: int) -> list[int]:
    """Give the wait after each of so many wrong tries, each made as soon as it may be."""
    waits = []
    for _ in range(tries):
        claim(code_now(pupil))
        waits.append(code_now(pupil).wait_seconds)
        move_clock(pupil, timedelta(seconds=waits[-1]))
    return waits


@pytest.mark.requirement("SR-A15")
@pytest.mark.parametrize("digits", ["0000", "1234", "7777", "4321", "9876", "7890", "0987", "2345"])
def test_favourite_pincode_is_never_handed_out(digits: str) -> None:
    assert is_too_easy(digits)


@pytest.mark.requirement("SR-A15")
@pytest.mark.parametrize("digits", ["0705", "0507", "2018", "1805"])
def test_birth_day_is_never_handed_out_as_a_pincode(digits: str) -> None:
    assert is_too_easy(digits, "2018-05-07")


def test_pincode_of_a_pupil_without_a_birth_date_can_be_made() -> None:
    assert len(new_digits(None)) == 4


@pytest.mark.requirement("SR-A15")
def test_ten_thousand_new_pincodes_are_four_digits_and_none_is_too_easy() -> None:
    made = {new_digits("2018-05-07") for _ in range(10_000)}

    assert all(digits.isdigit() and len(digits) == 4 for digits in made)
    assert not any(is_too_easy(digits, "2018-05-07") for digits in made)


@pytest.mark.requirement("SR-A15")
def test_picture_code_is_four_different_pictures_out_of_twelve() -> None:
    made = [new_pictures().split() for _ in range(1000)]

    assert len(PICTURE_NAMES) == 12
    assert all(len(set(code)) == 4 and set(code) <= set(PICTURE_NAMES) for code in made)


@pytest.mark.requirement("SR-A15")
def test_picture_code_is_never_a_row_as_it_stands_on_the_screen() -> None:
    rows = {" ".join(PICTURE_NAMES[start : start + 4]) for start in range(9)}

    assert not rows & {new_pictures() for _ in range(20_000)}


@pytest.mark.parametrize(
    ("year_group", "kind"),
    [(year, CodeKind.PICTURES) for year in ("B", "D", "0", "1", "2", "3")]
    + [(year, CodeKind.DIGITS) for year in ("4", "8", "S", "C", "")],
)
def test_kind_of_code_follows_the_year_group(year_group: str, kind: CodeKind) -> None:
    assert kind_for(year_group) == kind


def test_pupil_without_a_code_gets_one_and_a_code_that_is_there_stays(school: School, group: Group) -> None:
    first, second = factories.make_pupil(school, group), factories.make_pupil(school, group, year_group="2")
    make_code(first)

    with school_transaction(school):
        given = ensure_codes(school=school, pupils=[first, second])
        again = ensure_codes(school=school, pupils=[first, second])

    assert (given, again) == (1, 0)
    assert code_now(first).value == DIGITS
    assert code_now(second).kind == CodeKind.PICTURES


@pytest.mark.requirement("SR-A15")
@pytest.mark.requirement("SR-I02")
def test_code_is_unreadable_in_the_table(school: School, pupil: Pupil) -> None:
    make_code(pupil)

    with school_scope(school), connection.cursor() as cursor:
        cursor.execute("SELECT value FROM accounts_pupilcode")
        stored = bytes(cursor.fetchone()[0])

    assert DIGITS.encode() not in stored
    assert key_id_of(stored) == next(iter(settings.CODE_KEYS))


@pytest.mark.requirement("SR-A15")
def test_five_wrong_tries_in_ten_minutes_make_a_pupil_wait_longer_each_time(pupil: Pupil) -> None:
    make_code(pupil)

    assert waits_after(pupil, 11) == [0, 0, 0, 0, 10, 20, 40, 80, 120, 120, 120]


@pytest.mark.requirement("SR-A15")
def test_wrong_tries_more_than_ten_minutes_apart_make_nobody_wait(pupil: Pupil) -> None:
    code = make_code(pupil)

    claim(code, 4)
    move_clock(pupil, timedelta(minutes=11))

    assert waits_after(pupil, 4) == [0, 0, 0, 0]


@pytest.mark.requirement("SR-A15")
def test_ten_minutes_begin_anew_with_the_first_wrong_try_after_them(pupil: Pupil) -> None:
    code = make_code(pupil)

    claim(code)
    move_clock(pupil, timedelta(minutes=11))

    assert waits_after(pupil, 5) == [0, 0, 0, 0, 10]


@pytest.mark.requirement("SR-A15")
def test_wrong_try_now_and_then_makes_nobody_wait(pupil: Pupil) -> None:
    code = make_code(pupil)

    waits = []
    for _ in range(8):
        claim(code)
        waits.append(code_now(pupil).wait_seconds)
        move_clock(pupil, timedelta(minutes=9))

    assert waits == [0] * 8


@pytest.mark.requirement("SR-A15")
@pytest.mark.parametrize(("minutes", "wait"), [(7, 120), (11, 0)])
def test_guesser_who_had_to_wait_goes_on_waiting_until_ten_minutes_passed_without_a_guess(
    pupil: Pupil, minutes: int, wait: int
) -> None:
    make_code(pupil)
    waits_after(pupil, 9)

    # By then the first wrong try was more than ten minutes ago, either way.
    move_clock(pupil, timedelta(minutes=minutes))

    assert waits_after(pupil, 1) == [wait]


@pytest.mark.requirement("SR-A15")
def test_pupil_who_waits_is_not_listened_to_and_nothing_is_counted(pupil: Pupil) -> None:
    code = make_code(pupil)

    assert claim(code, 8) == [True] * 5 + [False] * 3
    assert code_now(pupil).wrong_count == 5


@pytest.mark.requirement("SR-A15")
def test_wait_of_one_pupil_is_no_wait_for_another(school: School, group: Group, pupil: Pupil) -> None:
    claim(make_code(pupil), 8)
    second = make_code(factories.make_pupil(school, group))

    assert claim(second) == [True]


@pytest.mark.requirement("SR-A15")
def test_teacher_lets_a_waiting_pupil_in_at_once(school: School, pupil: Pupil, teacher: User) -> None:
    code = make_code(pupil)
    claim(code, 6)

    with school_transaction(school):
        let_in(school=school, pupil=pupil, acting_user=teacher)

    assert not code_now(pupil).is_waiting
    assert claim(code) == [True]


@pytest.mark.requirement("SR-A15")
def test_new_code_ends_the_wait_and_the_old_code(school: School, pupil: Pupil, teacher: User) -> None:
    claim(make_code(pupil), 6)

    with school_transaction(school):
        reset_codes(school=school, pupils=[pupil], acting_user=teacher, target=pupil)
    now = code_now(pupil)

    assert (now.wait_seconds, now.wrong_count, now.matches(list(DIGITS))) == (0, 0, False)


def test_new_code_is_of_the_kind_of_the_year_group_the_pupil_is_in_now(
    school: School, group: Group, teacher: User
) -> None:
    pupil = factories.make_pupil(school, group, year_group="4")
    make_code(pupil, "fish sun tree ball")

    with school_transaction(school):
        reset_codes(school=school, pupils=[pupil], acting_user=teacher, target=pupil)

    assert code_now(pupil).kind == CodeKind.DIGITS


@pytest.mark.requirement("SR-A16")
@pytest.mark.requirement("SR-J02")
def test_each_look_at_cards_stands_in_the_trail_with_its_number(
    school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    with school_transaction(school):
        cards_for(school=school, pupils=[pupil], acting_user=teacher, target=group)
    with unscoped("a test reads the trail"):
        entry = AuditEntry.objects.get(event="accounts.codes.printed")

    assert (entry.actor_id, entry.target_id, entry.details) == (teacher.pk, str(group.pk), {"count": 1})


@pytest.mark.requirement("SR-A15")
@pytest.mark.django_db(transaction=True)
def test_twenty_guesses_at_once_get_no_more_than_five_looked_at(pupil: Pupil) -> None:
    code = make_code(pupil)

    claimed = [one for each in many_at_once(20, lambda _number: claim(code)) for one in each]

    assert sorted(claimed) == [False] * 15 + [True] * 5


@pytest.mark.requirement("SR-B03")
def test_code_of_another_school_is_out_of_reach(school: School, other_school: School) -> None:
    theirs = make_code(factories.make_pupil(other_school))

    with school_scope(school):
        assert not PupilCode.objects.for_schools([school, other_school]).filter(pk=theirs.pk).exists()


def test_wait_that_is_over_is_no_wait(pupil: Pupil) -> None:
    code = make_code(pupil)
    code.waiting_until = timezone.now() - timedelta(seconds=1)

    assert not code.is_waiting
