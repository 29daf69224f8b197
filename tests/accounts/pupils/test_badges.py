"""Badges: one live badge a child, from a place that allows it, never in an address that anybody logs (SR-A16)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.actions.badges import FREE_GUESSES, badge_address, secret_of
from accounts.models import PupilBadge
from accounts.models.door import token_hash
from basispoort.lib.tenancy import school_transaction
from tests import factories
from tests.accounts.pupils.factories import (
    AT_HOME,
    AT_SCHOOL,
    badge_now,
    events,
    is_signed_in,
    make_badge,
    make_network,
    make_start,
    outcomes,
    word_today,
)
from tests.accounts.pupils.factories import door_path as door
from tests.at_once import at_once

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

    from accounts.models import User
    from schools.models import Group, Pupil, School

pytestmark = pytest.mark.requirement("SR-A16")
PAGE = "/badge/"


def show(client: Client, secret: str, address: str = AT_HOME) -> Answer:
    """Hold a badge before the camera."""
    return client.post(PAGE, {"badge": secret}, REMOTE_ADDR=address)


def of_group(group: Group, page: str) -> str:
    return f"/school/99XX00/groepen/{group.pk}/{page}"


def test_badge_lets_the_pupil_in_with_a_new_session_and_the_limits_of_pupils(
    client: Client, pupil: Pupil, teacher: User
) -> None:
    secret = make_badge(pupil, teacher)

    response = show(client, secret)

    assert response.status_code == 302
    assert client.session["_limits"][:2] == [3600, 8 * 3600]
    assert client.session["way_in"] == "pupil_badge"
    assert events()[-1] == "accounts.signed_in"


def test_secret_is_128_random_bits_and_only_its_hash_is_kept(pupil: Pupil, teacher: User) -> None:
    secret = make_badge(pupil, teacher)
    with school_transaction(pupil.school_id), connection.cursor() as cursor:
        cursor.execute(f"SELECT row_to_json(t)::text FROM {PupilBadge._meta.db_table} t")  # noqa: S608 - a table of ours
        rows = cursor.fetchall()

    badge = badge_now(pupil)
    assert badge is not None
    assert re.fullmatch("[a-z2-7]{26}", secret)
    assert bytes(badge.secret_hash) == token_hash(secret)
    assert secret not in str(rows)


@pytest.mark.requirement("SR-A15")
def test_secret_stands_behind_the_mark_that_no_server_sees(pupil: Pupil, teacher: User) -> None:
    secret = make_badge(pupil, teacher)

    assert badge_address(secret).partition("#")[2] == secret
    assert secret not in badge_address(secret).partition("#")[0]


@pytest.mark.requirement("SR-A15")
def test_secret_in_an_address_is_not_taken(client: Client, pupil: Pupil, teacher: User) -> None:
    secret = make_badge(pupil, teacher)

    client.get(f"{PAGE}?badge={secret}")

    assert not is_signed_in(client)


def test_typed_letters_are_forgiven_their_case_and_blanks(client: Client, pupil: Pupil, teacher: User) -> None:
    secret = make_badge(pupil, teacher)

    show(client, f" {secret[:4]} {secret[4:9]}-{secret[9:]} ".upper())

    assert secret_of(f"https://x/badge/#{secret}") == secret
    assert is_signed_in(client)


def test_new_badge_ends_the_old_one_at_once(client: Client, pupil: Pupil, teacher: User) -> None:
    old = make_badge(pupil, teacher)
    new = make_badge(pupil, teacher)

    show(client, old)
    dead = is_signed_in(client)
    show(client, new)

    assert (dead, is_signed_in(client)) == (False, True)


def test_sessions_that_the_old_badge_began_end_with_it(client: Client, pupil: Pupil, teacher: User) -> None:
    show(client, make_badge(pupil, teacher))
    before = is_signed_in(client)

    make_badge(pupil, teacher)

    assert (before, is_signed_in(client)) == (True, False)


@pytest.mark.requirement("SR-A14")
def test_photo_of_a_badge_used_elsewhere_is_refused_where_the_school_set_networks(
    client: Client, school: School, pupil: Pupil, teacher: User
) -> None:
    make_network(school)
    secret = make_badge(pupil, teacher)

    refused = show(client, secret)
    inside = show(Client(), secret, AT_SCHOOL)

    assert (refused.status_code, inside.status_code) == (403, 302)
    assert "Je badge werkt hier niet" in refused.content.decode()
    assert not any(name in refused.content.decode() for name in (pupil.first_name, school.name))
    assert "elsewhere" in outcomes()


@pytest.mark.requirement("SR-A14")
def test_badge_is_the_one_step_more_where_the_check_fails(
    client: Client, school: School, pupil: Pupil, teacher: User
) -> None:
    make_network(school)

    show(client, make_badge(pupil, teacher), "unknown")

    assert is_signed_in(client)


@pytest.mark.requirement("SR-A14")
def test_word_of_the_day_and_class_start_open_the_way_for_a_badge(
    client: Client, school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    make_network(school)
    secret = make_badge(pupil, teacher)
    client.post(f"{door(school)}woord/", {"word": word_today(school)}, REMOTE_ADDR=AT_HOME)
    show(client, secret)
    make_start(group, teacher)
    other = Client()

    show(other, secret)

    assert (is_signed_in(client), is_signed_in(other)) == (True, True)


def test_badge_in_two_places_within_a_minute_is_frozen_and_everybody_is_out(
    client: Client, pupil: Pupil, teacher: User
) -> None:
    secret = make_badge(pupil, teacher)
    thief = Client()
    show(client, secret, AT_SCHOOL)

    stopped = show(thief, secret, AT_HOME)
    after = show(client, secret, AT_SCHOOL)

    badge = badge_now(pupil)
    assert badge is not None
    assert badge.frozen_at is not None
    assert (stopped.status_code, after.status_code) == (403, 403)
    assert "Je badge slaapt" in stopped.content.decode()
    assert (is_signed_in(client), is_signed_in(thief)) == (False, False)
    assert "accounts.badge.frozen" in events()


def test_badge_again_from_the_same_place_or_later_from_another_is_fine(
    client: Client, pupil: Pupil, teacher: User
) -> None:
    secret = make_badge(pupil, teacher)
    same = [show(client, secret, AT_SCHOOL).status_code for _ in range(2)]
    with school_transaction(pupil.school_id):
        PupilBadge.objects.for_school(pupil.school_id).update(last_used_at=timezone.now() - timedelta(seconds=61))

    assert same == [302, 302]
    assert show(Client(), secret, AT_HOME).status_code == 302


def test_look_at_the_networks_that_fails_once_freezes_no_badge(school: School, pupil: Pupil, teacher: User) -> None:
    make_network(school)
    secret, first, second = make_badge(pupil, teacher), Client(), Client()
    show(first, secret, "unknown")
    show(second, secret, AT_SCHOOL)

    assert (is_signed_in(first), is_signed_in(second)) == (True, True)


def test_badge_printed_anew_after_a_freeze_works(client: Client, school: School, pupil: Pupil, teacher: User) -> None:
    make_badge(pupil, teacher)
    with school_transaction(school):
        PupilBadge.objects.for_school(school).update(frozen_at=timezone.now())

    show(client, make_badge(pupil, teacher))

    assert is_signed_in(client)


def test_whole_school_is_one_place_whatever_its_addresses(
    client: Client, school: School, pupil: Pupil, teacher: User
) -> None:
    make_network(school)
    make_network(school, "2001:db8:9::/48", "zes")
    secret = make_badge(pupil, teacher)

    answers = [show(client, secret, address).status_code for address in (AT_SCHOOL, "2001:db8:9::7")]

    assert answers == [302, 302]


def test_teacher_sees_the_frozen_badge_and_lets_it_work_again(
    client: Client, school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    secret = make_badge(pupil, teacher)
    show(Client(), secret, AT_SCHOOL)
    show(Client(), secret, AT_HOME)
    client.force_login(teacher)
    make_start(group, teacher)

    seen = client.get(of_group(group, "inloggen/")).content.decode()
    live = client.get(f"/school/99XX00/klassenstart/{group.pk}/").content.decode()
    client.post(of_group(group, f"badges/{pupil.public_id}/weer-aan/"))

    assert "Een badge staat stil" in seen
    assert "badge staat stil" in live
    assert show(Client(), secret, AT_HOME).status_code == 302
    assert "accounts.badge.freed" in events()
    assert school.code == "99XX00"


def test_lost_badge_is_ended_without_a_new_one(client: Client, group: Group, pupil: Pupil, teacher: User) -> None:
    secret, finder = make_badge(pupil, teacher), Client()
    show(finder, secret)
    before = is_signed_in(finder)
    client.force_login(teacher)

    client.post(of_group(group, f"badges/{pupil.public_id}/stoppen/"))

    assert badge_now(pupil) is None
    assert (before, is_signed_in(finder)) == (True, False)
    assert events()[-1] == "accounts.badge.ended"
    assert show(Client(), secret).status_code == 200


@pytest.mark.requirement("SR-A10")
def test_badge_of_a_pupil_who_left_does_not_work(client: Client, school: School, group: Group, teacher: User) -> None:
    gone = factories.make_pupil(school, group)
    secret = make_badge(gone, teacher)
    with school_transaction(school):
        gone.left_at = timezone.now()
        gone.save(update_fields=["left_at"])

    show(client, secret)

    assert not is_signed_in(client)


@pytest.mark.requirement("SR-C09")
def test_wrong_badges_are_slowed_for_an_address_while_a_right_one_goes_on_working(
    client: Client, pupil: Pupil, teacher: User
) -> None:
    secret = make_badge(pupil, teacher)

    statuses = [show(Client(), "a" * 26).status_code for _ in range(FREE_GUESSES + 1)]

    assert statuses == [200] * FREE_GUESSES + [429]
    assert show(client, secret).status_code == 302


def test_camera_is_allowed_on_this_page_and_nowhere_else(client: Client, school: School) -> None:
    page = client.get(PAGE)

    assert "camera=(self)" in page["Permissions-Policy"]
    assert "microphone=()" in page["Permissions-Policy"]
    assert page["Cache-Control"] == "no-store"
    assert "camera=()" in client.get(door(school))["Permissions-Policy"]


def test_pupil_of_another_group_or_school_has_no_badge_to_print(
    client: Client, school: School, group: Group, other_school: School, teacher: User
) -> None:
    theirs = factories.make_pupil(other_school, factories.make_group(other_school))
    second = factories.make_group(school)
    client.force_login(teacher)

    assert client.post(of_group(group, f"badges/{theirs.public_id}/")).status_code == 404
    assert client.post(of_group(second, "badges/")).status_code == 404
    assert badge_now(theirs) is None


def test_looking_at_the_page_makes_no_badge(client: Client, group: Group, pupil: Pupil, teacher: User) -> None:
    client.force_login(teacher)

    client.get(of_group(group, "badges/"))
    client.get(of_group(group, f"badges/{pupil.public_id}/"))

    assert badge_now(pupil) is None


@pytest.mark.django_db(transaction=True)
def test_badge_printed_anew_while_it_is_shown_ends_with_the_old_one_dead(
    client: Client, group: Group, pupil: Pupil, teacher: User
) -> None:
    secret = make_badge(pupil, teacher)
    client.force_login(teacher)
    child = Client()

    at_once(lambda: show(child, secret), lambda: client.post(of_group(group, f"badges/{pupil.public_id}/")))

    badge = badge_now(pupil)
    assert badge is not None
    assert bytes(badge.secret_hash) != token_hash(secret)
    assert not is_signed_in(child)
    late = Client()
    show(late, secret)
    assert not is_signed_in(late)
