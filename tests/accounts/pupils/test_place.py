"""Where a pupil may sign in: the school's networks, the word of the day, the class start (SR-A14)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.db import connection, connections
from django.test import Client, override_settings
from django.utils import timezone

from accounts.actions.door import door_of, renew_door
from accounts.actions.place import FREE_FROM_ADDRESS, WORD_COOKIE
from accounts.day_word import day_word, is_day_word, words
from accounts.models import FailureCounter, SchoolDoor
from basispoort.lib.tenancy import school_transaction
from tests import factories
from tests.accounts.pupils.factories import (
    AT_HOME,
    AT_SCHOOL,
    DIGITS,
    code_now,
    code_path,
    door_path,
    is_signed_in,
    make_code,
    make_network,
    make_start,
    outcomes,
    word_today,
)
from tests.at_once import many_at_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User
    from schools.models import Group, Pupil, School

pytestmark = pytest.mark.requirement("SR-A14")


@pytest.fixture
def group(school: School) -> Group:
    """A group whose name stands nowhere else on a page."""
    return factories.make_group(school, name="Kikkers")


@pytest.fixture
def pupil(school: School, group: Group) -> Pupil:
    """A pupil whose name stands nowhere else on a page."""
    return factories.make_pupil(school, group, first_name="Proefkind")


def text(client: Client, path: str, address: str = AT_HOME) -> str:
    return client.get(path, REMOTE_ADDR=address).content.decode()


def pages(school: School, pupil: Pupil) -> list[str]:
    assert pupil.home_group is not None
    return [
        door_path(school),
        f"{door_path(school)}groep/{pupil.home_group.pk}/",
        code_path(school, pupil.home_group, pupil),
    ]


def test_school_without_networks_shows_its_groups_everywhere(client: Client, school: School, pupil: Pupil) -> None:
    make_code(pupil)

    assert "Kikkers" in text(client, pages(school, pupil)[0])
    assert "Proefkind" in text(client, pages(school, pupil)[1])


@pytest.mark.parametrize("address", [AT_SCHOOL, "::ffff:203.0.113.7"])
def test_school_with_networks_shows_its_groups_from_there(
    client: Client, school: School, pupil: Pupil, address: str
) -> None:
    make_network(school)
    make_code(pupil)

    assert "Kikkers" in text(client, pages(school, pupil)[0], address)
    assert "Proefkind" in text(client, pages(school, pupil)[1], address)
    assert client.get(pages(school, pupil)[2], REMOTE_ADDR=address).status_code == 200


def test_address_in_a_network_of_ipv6_narrower_than_a_line_is_seen_whole(
    client: Client, school: School, pupil: Pupil
) -> None:
    make_network(school, "2001:db8:1:2:3::/80")
    start = pages(school, pupil)[0]

    assert "Kikkers" in text(client, start, "2001:db8:1:2:3:4:5:6")
    assert "Kikkers" not in text(client, start, "2001:db8:1:2:9:4:5:6")


@pytest.mark.parametrize("address", [AT_HOME, "", "unknown", "2001:db8::1"])
def test_elsewhere_or_where_the_check_fails_one_step_names_nobody(
    client: Client, school: School, pupil: Pupil, address: str
) -> None:
    make_network(school)
    make_code(pupil)

    for path in pages(school, pupil):
        response = client.get(path, REMOTE_ADDR=address)
        page = response.content.decode()
        assert response.status_code == 200
        assert "Wat is het woord van vandaag?" in page
        assert not any(name in page for name in ("Kikkers", "Proefkind", school.name))


@pytest.fixture
def unreadable_networks(transactional_db: None) -> Iterator[None]:  # noqa: ARG001 - opens the database
    """A database that refuses to tell the networks, and nothing else."""
    with psycopg.connect(**connections["owner"].get_connection_params(), autocommit=True) as owner:
        owner.execute("REVOKE SELECT ON accounts_networkrange FROM basispoort_app, basispoort_national")
        yield
        owner.execute("GRANT SELECT ON accounts_networkrange TO basispoort_app, basispoort_national")


@pytest.mark.usefixtures("unreadable_networks")
def test_networks_that_cannot_be_read_cost_one_step_and_not_the_lesson(client: Client) -> None:
    school = factories.make_school()
    group = factories.make_group(school, name="Kikkers")
    pupil = factories.make_pupil(school, group)
    make_code(pupil)

    before = client.get(door_path(school))
    client.post(f"{door_path(school)}woord/", {"word": word_today(school)})
    client.post(code_path(school, group, pupil), {"pincode": DIGITS})

    assert (before.status_code, "Wat is het woord van vandaag?" in before.content.decode()) == (200, True)
    assert is_signed_in(client)


def test_invented_group_gets_the_same_step_as_a_real_one(client: Client, school: School, pupil: Pupil) -> None:
    make_network(school)
    real = pages(school, pupil)[1]
    client.get(real, REMOTE_ADDR=AT_HOME)
    invented = f"{door_path(school)}groep/00000000-0000-4000-8000-000000000000/"

    def shown(path: str) -> str:
        return text(client, path).partition("<main")[2].partition("csrfmiddlewaretoken")[0]

    assert shown(real) == shown(invented)


@pytest.mark.requirement("SR-A15")
def test_right_code_from_elsewhere_is_refused_with_a_kind_word_and_not_looked_at(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    make_network(school)
    make_code(pupil)
    path = code_path(school, group, pupil)

    right = client.post(path, {"pincode": DIGITS}, REMOTE_ADDR=AT_HOME)
    wrong = client.post(path, {"pincode": "9173"}, REMOTE_ADDR=AT_HOME)

    assert (right.status_code, wrong.status_code) == (403, 403)
    assert "Nog één stap en het lukt" in right.content.decode()
    assert not is_signed_in(client)
    assert code_now(pupil).wrong_count == 0


@pytest.mark.requirement("SR-G05")
def test_header_of_the_client_does_not_move_it_into_the_school(client: Client, school: School, pupil: Pupil) -> None:
    make_network(school)

    page = client.get(door_path(school), REMOTE_ADDR=AT_HOME, HTTP_X_FORWARDED_FOR=AT_SCHOOL).content.decode()

    assert "Kikkers" not in page
    assert pupil.first_name not in page


@pytest.mark.requirement("SR-G05")
@override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"))
def test_behind_our_own_front_server_the_last_address_counts(client: Client, school: School, pupil: Pupil) -> None:
    make_network(school)
    start = door_path(school)
    headers: Any = {"REMOTE_ADDR": "172.18.0.2"}

    forged = client.get(start, HTTP_X_FORWARDED_FOR=f"{AT_SCHOOL}, {AT_HOME}", **headers).content.decode()
    real = client.get(start, HTTP_X_FORWARDED_FOR=f"{AT_HOME}, {AT_SCHOOL}", **headers).content.decode()

    assert ("Kikkers" in forged, "Kikkers" in real) == (False, True)
    assert pupil.first_name not in forged


def test_word_of_the_day_opens_the_groups_and_is_remembered_for_the_day(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    make_network(school)
    make_code(pupil)

    response = client.post(f"{door_path(school)}woord/", {"word": word_today(school)}, REMOTE_ADDR=AT_HOME)
    client.post(code_path(school, group, pupil), {"pincode": DIGITS}, REMOTE_ADDR=AT_HOME)

    assert response["Location"] == door_path(school)
    assert is_signed_in(client)
    assert 0 < response.cookies[WORD_COOKIE]["max-age"] <= 25 * 3600
    assert response.cookies[WORD_COOKIE]["httponly"]


def test_word_is_forgiven_its_case_and_its_blank(client: Client, school: School) -> None:
    make_network(school)
    typed = word_today(school).upper().replace(" ", "-")

    assert client.post(f"{door_path(school)}woord/", {"word": typed}, REMOTE_ADDR=AT_HOME).status_code == 302


def test_cookie_of_another_day_school_or_link_opens_nothing(
    client: Client, school: School, other_school: School, pupil: Pupil, coordinator: User
) -> None:
    make_network(school)
    make_network(other_school)
    client.post(f"{door_path(other_school)}woord/", {"word": word_today(other_school)}, REMOTE_ADDR=AT_HOME)
    assert "Kikkers" not in text(client, door_path(school))

    client.post(f"{door_path(school)}woord/", {"word": word_today(school)}, REMOTE_ADDR=AT_HOME)
    before = "Kikkers" in text(client, door_path(school))
    with school_transaction(school):
        renew_door(school=school, acting_user=coordinator)

    assert (before, "Kikkers" in text(client, door_path(school))) == (True, False)
    assert pupil.first_name not in text(client, door_path(school))


def test_word_changes_with_school_day_and_link(school: School, other_school: School, coordinator: User) -> None:
    today = timezone.localdate()
    with school_transaction(school, other_school):
        one, other = door_of(school=school), door_of(school=other_school)
        many = {day_word(one, today + timedelta(days=day)) for day in range(60)}
        others = {day_word(other, today + timedelta(days=day)) for day in range(60)}
        before = day_word(one, today)
        renewed = renew_door(school=school, acting_user=coordinator)

    # Of 100,000 words the same one may come twice now and then.
    assert len(many) > 55
    assert len(many & others) < 5
    assert before != day_word(renewed, today)


def test_words_are_two_different_plain_ones_from_the_list(school: School) -> None:
    with school_transaction(school):
        door = door_of(school=school)

    for day in range(400):
        first, second = day_word(door, date(2026, 1, 1) + timedelta(days=day)).split()
        assert first != second
        assert {first, second} <= set(words())
    assert len(words()) >= 300
    assert all(word.isascii() and word.isalpha() and word.islower() and len(word) <= 9 for word in words())


def test_nearly_right_words_are_wrong(school: School) -> None:
    today = timezone.localdate()
    with school_transaction(school):
        door = door_of(school=school)
    first, second = day_word(door, today).split()

    assert not any(is_day_word(door, today, typed) for typed in (first, second, f"{second} {first}", "", "éé"))


def test_wrong_words_of_one_child_make_no_other_wait(school: School) -> None:
    make_network(school)
    path, word = f"{door_path(school)}woord/", word_today(school)
    clumsy = Client()
    for _ in range(14):
        clumsy.post(path, {"word": "fout fout"}, REMOTE_ADDR=AT_HOME)

    other = Client().post(path, {"word": word}, REMOTE_ADDR=AT_HOME)

    assert (clumsy.post(path, {"word": word}, REMOTE_ADDR=AT_HOME).status_code, other.status_code) == (429, 302)


@pytest.mark.requirement("SR-K01")
@pytest.mark.django_db(transaction=True)
def test_words_tried_at_once_do_not_pass_the_limit_of_an_address(school: School) -> None:
    make_network(school)
    path = f"{door_path(school)}woord/"
    for _ in range(FREE_FROM_ADDRESS):
        Client().post(path, {"word": "fout fout"}, REMOTE_ADDR=AT_HOME)

    answers = many_at_once(
        8, lambda _number: Client().post(path, {"word": "fout fout"}, REMOTE_ADDR=AT_HOME).status_code
    )

    assert sorted(answers) == [200] + [429] * 7


def test_wrong_words_are_slowed_for_one_address_and_nobody_else_and_never_for_good(
    client: Client, school: School
) -> None:
    make_network(school)
    path, word = f"{door_path(school)}woord/", word_today(school)

    statuses = [client.post(path, {"word": "fout fout"}, REMOTE_ADDR=AT_HOME).status_code for _ in range(12)]
    waiting = client.post(path, {"word": word}, REMOTE_ADDR=AT_HOME)
    elsewhere = Client().post(path, {"word": word}, REMOTE_ADDR="192.0.2.4")
    FailureCounter.objects.update(until=timezone.now() - timedelta(seconds=1))
    later = client.post(path, {"word": word}, REMOTE_ADDR=AT_HOME)

    assert statuses == [200] * 11 + [429]
    assert (waiting.status_code, 0 < int(waiting["Retry-After"]) <= 60) == (429, True)
    assert (elsewhere.status_code, later.status_code) == (302, 302)


def test_right_word_is_no_failure(client: Client, school: School) -> None:
    make_network(school)
    path, word = f"{door_path(school)}woord/", word_today(school)

    assert {client.post(path, {"word": word}, REMOTE_ADDR=AT_HOME).status_code for _ in range(30)} == {302}


def test_word_stands_in_no_table(school: School) -> None:
    word = word_today(school)
    with school_transaction(school), connection.cursor() as cursor:
        cursor.execute(f"SELECT row_to_json(t)::text FROM {SchoolDoor._meta.db_table} t")  # noqa: S608 - a table of ours
        rows = " ".join(row[0] for row in cursor.fetchall())

    assert " " in word
    assert word not in rows


def test_class_start_opens_its_group_and_no_other_from_elsewhere(
    client: Client, school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    make_network(school)
    make_code(pupil)
    second = factories.make_group(school, name="Uilen")
    theirs = factories.make_pupil(school, second, first_name="Noor")
    make_code(theirs)
    make_start(group, teacher)

    groups = text(client, door_path(school))
    closed = text(client, f"{door_path(school)}groep/{second.pk}/")
    refused = client.post(code_path(school, second, theirs), {"pincode": DIGITS}, REMOTE_ADDR=AT_HOME)
    client.post(code_path(school, group, pupil), {"pincode": DIGITS}, REMOTE_ADDR=AT_HOME)

    assert ("Kikkers" in groups, "Uilen" in groups, "Noor" in closed) == (True, False, False)
    assert refused.status_code == 403
    assert is_signed_in(client)


def test_class_start_that_is_over_opens_nothing(
    client: Client, school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    make_network(school)
    make_code(pupil)
    make_start(group, teacher, started_at=timezone.now() - timedelta(minutes=10, seconds=1))

    assert "Kikkers" not in text(client, door_path(school))
    assert client.post(code_path(school, group, pupil), {"pincode": DIGITS}, REMOTE_ADDR=AT_HOME).status_code == 403
    assert outcomes() == []
