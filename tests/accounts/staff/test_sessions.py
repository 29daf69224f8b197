"""People see where they are signed in, and end it; and who may begin a session stands in one list."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.contrib.sessions.exceptions import SessionInterrupted
from django.test import Client
from django.utils import timezone

from accounts import events
from accounts.browsers import browser_words
from accounts.models import Session
from accounts.sessions import SessionStore, stored_key
from accounts.signals import sessions_ended
from accounts.tasks import forget_sessions
from basispoort.audit.models import AuditEntry
from basispoort.lib.tenancy import unscoped
from tests import factories

if TYPE_CHECKING:
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User

ROOT = Path(__file__).resolve().parent.parent.parent.parent
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
PAGE = "/account/sessies/"


def signed_in(user: User, user_agent: str = FIREFOX) -> Client:
    client = Client(headers={"User-Agent": user_agent})
    client.post("/inloggen/", {"email": user.email, "password": factories.PASSWORD})
    return client


def endings() -> list[object]:
    """What the trail says about ended sessions."""
    with unscoped("a test reads the trail"):
        return [row.details for row in AuditEntry.objects.filter(event=events.SESSION_ENDED).order_by("at")]


def test_page_names_each_browser_and_this_one(teacher: User) -> None:
    signed_in(teacher, "curl/8")
    here = signed_in(teacher)

    page = here.get(PAGE).content.decode()

    assert page.count("Firefox, Windows</strong>") == 1
    assert page.count("Onbekende browser") == 1


def test_session_that_is_ended_elsewhere_is_dead_at_once(teacher: User) -> None:
    there, here = signed_in(teacher), signed_in(teacher)
    before = there.get(PAGE).status_code
    other = next(one for one in here.get(PAGE).context["sessions"] if not one.is_this)

    here.post(f"{PAGE}{other.id}/beeindigen/")

    assert (before, there.get(PAGE).status_code, here.get(PAGE).status_code) == (200, 302, 200)
    assert endings() == [{}]


def test_sign_in_writes_its_session_once_and_with_whose_it_is(teacher: User, queries: CaptureQueriesContext) -> None:
    with queries:
        signed_in(teacher)

    writes = [one["sql"][:6] for one in queries if '"accounts_session" ' in one["sql"]]
    assert [verb for verb in writes if verb != "SELECT"] == ["INSERT"]
    assert Session.objects.get().user_id == teacher.pk


def test_session_that_says_something_new_is_written_again(teacher: User) -> None:
    session = SessionStore(signed_in(teacher).session.session_key)
    session["word"] = "first"
    session.save()
    session.save()
    session["word"] = "second"
    session.save()

    assert SessionStore(session.session_key)["word"] == "second"


def test_all_other_sessions_end_at_once(teacher: User) -> None:
    others, here = [signed_in(teacher) for _ in range(3)], signed_in(teacher)
    heard: list[set[str]] = []

    def hear(*, session_hashes: list[str], **_others: object) -> None:
        heard.append(set(session_hashes))

    theirs = {stored_key(str(other.session.session_key)) for other in others}
    sessions_ended.connect(hear)
    try:
        here.post(f"{PAGE}beeindigen/")
    finally:
        sessions_ended.disconnect(hear)

    assert [other.get(PAGE).status_code for other in others] == [302, 302, 302]
    assert here.get(PAGE).status_code == 200
    assert (heard, endings()) == ([theirs], [{"sessions": 3}])


def test_sessions_whose_time_is_over_are_removed_and_publishers_hear_of_those_of_somebody(teacher: User) -> None:
    over, runs, nobody = signed_in(teacher), signed_in(teacher), SessionStore()
    nobody["word"] = "x"
    nobody.save()
    key = stored_key(str(over.session.session_key))
    past = timezone.now() - timedelta(seconds=1)
    Session.objects.filter(session_key__in=[key, stored_key(str(nobody.session_key))]).update(expire_date=past)
    heard: list[tuple[list[str], object]] = []

    def hear(*, session_hashes: list[str], user_id: object, **_others: object) -> None:
        heard.append((session_hashes, user_id))

    sessions_ended.connect(hear)
    try:
        removed = [forget_sessions(), forget_sessions()]
    finally:
        sessions_ended.disconnect(hear)

    assert (removed, heard) == ([2, 0], [([key], teacher.pk)])
    assert [row.session_key for row in Session.objects.all()] == [stored_key(str(runs.session.session_key))]


@pytest.mark.requirement("SR-B02")
def test_nobody_ends_the_session_of_somebody_else(teacher: User, coordinator: User) -> None:
    hers = signed_in(teacher)
    shown = hers.get(PAGE).context["sessions"][0]
    client = signed_in(factories.make_user())

    client.post(f"{PAGE}{shown.id}/beeindigen/")

    assert hers.get(PAGE).status_code == 200
    assert endings() == []
    assert not Session.objects.filter(user=coordinator).exists()


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox, Windows"),
        ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1", "Safari, iPad"),
        ("Mozilla/5.0 (X11; CrOS x86_64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge, Chromebook"),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_browser_is_told_in_words(user_agent: str, words: str) -> None:
    assert browser_words(user_agent) == words


@pytest.mark.requirement("SR-A13")
def test_sessions_begin_in_one_place_only() -> None:
    callers = set()
    for app in ("basispoort", "schools", "accounts", "dpa", "licences"):
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module == "django.contrib.auth":
                    callers |= {
                        path.relative_to(ROOT).as_posix() for one in node.names if one.name in {"login", "alogin"}
                    }

    assert callers == {"accounts/actions/enter.py"}


def test_session_that_its_owner_ended_does_not_come_back_under_another_key(teacher: User) -> None:
    there, here = signed_in(teacher), signed_in(teacher)
    under_way = SessionStore(there.session.session_key)
    assert under_way["_auth_user_id"] == str(teacher.pk)
    here.post(f"{PAGE}beeindigen/")

    with pytest.raises(SessionInterrupted):
        under_way.cycle_key()

    assert [row.session_key for row in Session.objects.all()] == [stored_key(str(here.session.session_key))]
