"""What survives when a part is gone: the table of SR-O, against the running demo."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import Visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from tests.e2e.conftest import Apart

pytestmark = pytest.mark.e2e

SCHOOL = "99ZZ00"
BACK_SECONDS = 10
# The worker looks for the queue with growing pauses.
COME_BACK_SECONDS = 40


def ask(apart: Apart, path: str) -> tuple[int, float, dict[str, str], str]:
    """Give status, seconds, headers and words of a page."""
    began = time.monotonic()
    try:
        answer = urllib.request.urlopen(apart.portal.url + path, timeout=20)  # noqa: S310 - our own demo
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        words = answer.read().decode()
        return answer.status, time.monotonic() - began, dict(answer.headers), words


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.2)


@contextlib.contextmanager
def frozen(pids: list[int]) -> Iterator[None]:
    """Let processes stand still: their connections stay open and nothing answers."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(  # noqa: S603 - fixed command
        ["/bin/ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(one) for one in listed.stdout.split()]


@pytest.fixture
def visit(apart: Apart, browser: Browser) -> Iterator[Visit]:
    """Somebody at a desktop, at the demo that may be hurt."""
    context = browser.new_context()
    context.set_default_timeout(20_000)
    yield Visit(context.new_page(), apart.portal)
    context.close()


def test_frozen_database_gives_503_within_three_seconds_and_the_portal_comes_back_by_itself(apart: Apart) -> None:
    link = "/s/" + apart.portal.facts["pupils"][0]["sign_in_url"].rstrip("/").rpartition("/")[2] + "/"
    assert apart.servers.postgres is not None
    assert apart.servers.postgres.child is not None
    server = apart.servers.postgres.child.process.pid
    # Each thread of each process keeps a connection of its own.
    assert {ask(apart, link)[0] for _ in range(16)} == {200}

    with frozen([server, *children_of(server)]):
        asked = [ask(apart, link) for _ in range(3)]
    wait_for(lambda: ask(apart, link)[0] == 200, BACK_SECONDS)

    for status, seconds, headers, words in asked:
        assert (status, headers["Retry-After"]) == (503, "10")
        assert seconds < 3
        assert "Het portaal is er even niet" in words
        assert "Traceback" not in words


def test_database_that_stops_and_starts_is_found_again(apart: Apart, visit: Visit) -> None:
    visit.sign_in(apart.portal.person("teacher", SCHOOL))
    assert apart.servers.postgres is not None

    apart.servers.postgres.stop()
    answer = visit.page.goto(f"{apart.portal.url}/school/{SCHOOL}/")
    ready = ask(apart, "/health/ready")[3]
    apart.servers.postgres.start()

    assert answer is not None
    assert answer.status == 503
    assert '"database": "down"' in ready
    wait_for(lambda: ask(apart, "/health/ready")[0] == 200, BACK_SECONDS)
    visit.go(f"/school/{SCHOOL}/")
    assert visit.page.url.endswith(f"/school/{SCHOOL}/"), "the session is still there"


def test_staff_and_pupils_sign_in_while_redis_is_gone(apart: Apart, visit: Visit, browser: Browser) -> None:
    assert apart.servers.valkey is not None
    context = browser.new_context()
    pupil = Visit(context.new_page(), apart.portal)

    apart.servers.valkey.stop()
    try:
        ready = ask(apart, "/health/ready")
        # Each process asks Redis itself, once in five seconds; then each asks for the challenge.
        wait_for(lambda: all("data-challenge" in ask(apart, "/inloggen/")[3] for _ in range(16)), BACK_SECONDS)
        visit.sign_in(apart.portal.person("teacher", SCHOOL))
        visit.page.wait_for_url(f"**/school/{SCHOOL}/")
        pupil.sign_in_pupil(apart.portal.pupil("picture_code", "Basisschool De Proefballon"))
        pupil.page.wait_for_url(re.compile("/lesmateriaal/"))
    finally:
        apart.servers.valkey.start()
        context.close()

    assert (ready[0], '"redis": "down"' in ready[3]) == (503, True)
    wait_for(lambda: ask(apart, "/health/ready")[0] == 200, COME_BACK_SECONDS)
