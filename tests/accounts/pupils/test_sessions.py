"""How long a session lives, and what it keeps."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts import limits
from accounts.models import PupilBadge, Session
from accounts.sessions import SessionStore, stored_key
from basispoort.lib.tenancy import school_transaction
from tests.accounts.pupils.factories import DIGITS, code_path, is_signed_in, make_badge, make_code

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from schools.models import Group, Pupil, School

HOUR = 3600


def pupil_session(client: Client, school: School, group: Group, pupil: Pupil) -> None:
    """Sign the pupil in."""
    make_code(pupil)
    client.post(code_path(school, group, pupil), {"pincode": DIGITS})


def move_clock(client: Client, *, began: int, seen: int) -> None:
    """Make the session have begun, and been seen, so many seconds ago."""
    session = client.session
    now = int(timezone.now().timestamp())
    session[limits.KEY] = [*session[limits.KEY][:2], now - began, now - seen]
    session.save()


@pytest.mark.requirement("SR-A07")
@pytest.mark.django_db
def test_session_that_is_saved_again_keeps_the_moment_it_began() -> None:
    store = SessionStore()
    store.create()
    store.save()
    began = Session.objects.get(session_key=stored_key(str(store.session_key))).started_at

    again = SessionStore(store.session_key)
    again["seen"] = 1
    again.save()

    kept = Session.objects.get(session_key=stored_key(str(store.session_key))).started_at
    assert abs((kept - began).total_seconds()) < 0.01


@pytest.mark.requirement("SR-A06")
@pytest.mark.django_db
def test_new_key_of_a_session_leaves_nothing_under_the_old_one() -> None:
    store = SessionStore()
    store["seen"] = 1
    store.create()
    store.save()
    old = str(store.session_key)

    store.cycle_key()
    store.save()

    assert store.session_key != old
    assert list(Session.objects.values_list("session_key", flat=True)) == [stored_key(str(store.session_key))]


@pytest.mark.requirement("SR-A07")
def test_pupil_who_is_away_for_an_hour_is_out(client: Client, school: School, group: Group, pupil: Pupil) -> None:
    pupil_session(client, school, group, pupil)
    move_clock(client, began=HOUR + 60, seen=HOUR + 1)

    assert client.get("/leerling/klaar/")["Location"] == "/leerling/"


@pytest.mark.requirement("SR-A07")
def test_pupil_who_works_on_stays_in_and_is_noted_as_seen(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    pupil_session(client, school, group, pupil)
    move_clock(client, began=7 * HOUR, seen=HOUR - 60)

    assert client.get("/leerling/klaar/").status_code == 200
    assert timezone.now().timestamp() - client.session[limits.KEY][3] < 60


@pytest.mark.requirement("SR-A07")
def test_pupil_is_out_after_eight_hours_whatever_happened_meanwhile(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    pupil_session(client, school, group, pupil)
    move_clock(client, began=8 * HOUR + 1, seen=1)

    assert client.get("/leerling/klaar/")["Location"] == "/leerling/"


@pytest.mark.requirement("SR-A07")
def test_session_that_is_over_is_gone_from_the_table(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    pupil_session(client, school, group, pupil)
    move_clock(client, began=9 * HOUR, seen=9 * HOUR)
    client.get("/leerling/klaar/")

    assert not Session.objects.exists()


@pytest.mark.requirement("SR-A16")
@pytest.mark.parametrize("hours_ago", [None, 9])
def test_pupil_at_work_by_the_code_stays_in_when_a_badge_that_began_no_session_is_printed_anew(
    client: Client, school: School, group: Group, pupil: Pupil, teacher: User, hours_ago: int | None
) -> None:
    make_badge(pupil, teacher)
    if hours_ago is not None:
        with school_transaction(school):
            used_at = timezone.now() - timedelta(hours=hours_ago)
            PupilBadge.objects.for_school(school).filter(pupil=pupil).update(last_used_at=used_at)
    pupil_session(client, school, group, pupil)
    before = is_signed_in(client)

    make_badge(pupil, teacher)

    assert (before, is_signed_in(client)) == (True, True)
