"""Many wrong codes of a group, or from one address, ask for one step more, and never for a wait (SR-A15)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db.models import F
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.guesses import FROM_ADDRESS, FROM_ADDRESS_A_DAY, OF_GROUP, OF_GROUP_A_DAY, count_guess
from accounts.models import FailureCounter
from tests import factories
from tests.accounts.pupils.factories import (
    AT_HOME,
    AT_SCHOOL,
    DIGITS,
    code_path,
    door_path,
    is_signed_in,
    make_code,
    make_network,
    make_start,
    word_today,
)

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import Group, Pupil, School

pytestmark = pytest.mark.requirement("SR-A15")
STEP = "Wat is het woord van vandaag?"


def guess(school: School, group: Group, times: int, address: str = AT_HOME) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    for _ in range(times):
        count_guess(request, school=school, group=group.pk)


def shows_step(client: Client, school: School, group: Group, address: str = AT_SCHOOL) -> bool:
    page = client.get(f"{door_path(school)}groep/{group.pk}/", REMOTE_ADDR=address)
    assert page.status_code == 200
    return STEP in page.content.decode()


@pytest.mark.parametrize(("times", "asked"), [(OF_GROUP - 1, False), (OF_GROUP, True)])
def test_group_whose_codes_are_guessed_asks_the_step_of_everybody_and_the_next_group_does_not(
    client: Client, school: School, group: Group, times: int, *, asked: bool
) -> None:
    other = factories.make_group(school)
    guess(school, group, times)

    assert (shows_step(client, school, group), shows_step(client, school, other)) == (asked, False)


@pytest.mark.parametrize(("times", "asked"), [(FROM_ADDRESS - 1, False), (FROM_ADDRESS, True)])
def test_address_that_guesses_at_many_groups_is_asked_the_step_and_another_is_not(
    client: Client, school: School, group: Group, times: int, *, asked: bool
) -> None:
    for number in range(20):
        guess(school, factories.make_group(school, name=f"G{number}"), times // 20 + (number < times % 20))

    assert shows_step(client, school, group, AT_HOME) is asked
    assert shows_step(client, school, group, AT_SCHOOL) is False


def test_wrong_code_is_counted_and_a_right_one_is_not(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    make_code(pupil)
    guess(school, group, OF_GROUP - 2)
    path = code_path(school, group, pupil)

    client.post(path, {"pincode": DIGITS})
    before = shows_step(Client(), school, group)
    for _ in range(2):
        Client().post(path, {"pincode": "9173"})

    assert (is_signed_in(client), before, shows_step(Client(), school, group)) == (True, False, True)


def test_right_code_is_not_looked_at_before_the_word_and_counts_right_after_it(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    make_code(pupil)
    guess(school, group, OF_GROUP)
    path = code_path(school, group, pupil)

    refused = client.post(path, {"pincode": DIGITS})
    before = is_signed_in(client)
    client.post(f"{door_path(school)}woord/", {"word": word_today(school)})
    client.post(path, {"pincode": DIGITS})

    assert (refused.status_code, before, is_signed_in(client)) == (403, False, True)


def test_class_start_opens_the_group_without_the_word(
    client: Client, school: School, group: Group, teacher: User
) -> None:
    guess(school, group, OF_GROUP)
    make_start(group, teacher)

    assert not shows_step(client, school, group)


def test_class_start_of_another_group_or_one_that_is_over_opens_nothing(
    client: Client, school: School, group: Group, teacher: User
) -> None:
    guess(school, group, OF_GROUP)
    make_start(factories.make_group(school), teacher)
    make_start(group, teacher, started_at=timezone.now() - timedelta(minutes=11))

    assert shows_step(client, school, group)


def test_school_with_networks_asks_nothing_more_on_them(client: Client, school: School, group: Group) -> None:
    make_network(school)
    guess(school, group, OF_GROUP)

    assert not shows_step(client, school, group, AT_SCHOOL)


def let_pass(**time: int) -> None:
    """Make every counter so much older, as waiting does."""
    FailureCounter.objects.update(since=F("since") - timedelta(**time), until=F("until") - timedelta(**time))


def test_patient_guesser_who_stays_below_the_limit_of_ten_minutes_is_seen_within_the_day(
    client: Client, school: School, group: Group, teacher: User
) -> None:
    asked = []
    for _window in range(-(-OF_GROUP_A_DAY // (OF_GROUP - 1))):
        asked.append(shows_step(Client(), school, group))
        guess(school, group, OF_GROUP - 1)
        let_pass(minutes=11)
    client.force_login(teacher)

    assert (set(asked), shows_step(Client(), school, group)) == ({False}, True)
    assert word_today(school) in client.get(f"/school/{school.code}/").content.decode()


def test_teacher_sees_the_word_as_long_as_one_of_the_groups_is_asked_it(
    client: Client, school: School, group: Group, teacher: User
) -> None:
    other = factories.make_group(school)
    guess(school, group, OF_GROUP)
    let_pass(minutes=9)
    guess(school, other, OF_GROUP, "192.0.2.77")
    let_pass(minutes=2)
    client.force_login(teacher)

    assert shows_step(Client(), school, other)
    assert word_today(school) in client.get(f"/school/{school.code}/").content.decode()


@pytest.mark.parametrize(("groups", "times"), [(1, OF_GROUP), (10, FROM_ADDRESS // 10)])
def test_teacher_sees_the_word_while_codes_are_guessed(
    client: Client, school: School, group: Group, teacher: User, groups: int, times: int
) -> None:
    client.force_login(teacher)
    start = f"/school/{school.code}/"

    before = client.get(start).content.decode()
    for one in [group, *(factories.make_group(school, name=f"G{number}") for number in range(1, groups))]:
        guess(school, one, times)
    after = client.get(start).content.decode()

    word = word_today(school)
    assert (word in before, word in after) == (False, True)
    assert "Er zijn net veel foute codes geprobeerd." in after


def test_school_behind_the_same_address_is_not_asked_for_what_another_guessed(
    client: Client, school: School, other_school: School
) -> None:
    group, other = factories.make_group(school), factories.make_group(other_school)
    for _ in range(FROM_ADDRESS // 20):
        guess(school, factories.make_group(school), 20, AT_SCHOOL)

    assert (shows_step(client, school, group), shows_step(client, other_school, other)) == (True, False)


def test_school_behind_the_same_address_is_not_asked_for_what_another_guessed_in_a_day(
    client: Client, school: School, other_school: School
) -> None:
    group, other = factories.make_group(school), factories.make_group(other_school)
    guess(school, factories.make_group(school), 1, AT_SCHOOL)
    FailureCounter.objects.update(count=FROM_ADDRESS_A_DAY)
    let_pass(minutes=11)  # what counts for ten minutes is over

    assert (shows_step(client, school, group), shows_step(client, other_school, other)) == (True, False)
