"""A session keeps the moment it began."""

from __future__ import annotations

import pytest

from accounts.models import Session
from accounts.sessions import SessionStore, stored_key


@pytest.mark.requirement("SR-A07")
@pytest.mark.django_db
def test_session_that_is_saved_again_keeps_the_moment_it_began() -> None:
    store = SessionStore()
    store.create()
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
    old = str(store.session_key)
    store.cycle_key()

    assert store.session_key != old
    assert list(Session.objects.values_list("session_key", flat=True)) == [stored_key(str(store.session_key))]
