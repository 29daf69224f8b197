"""What is said, and how soon, when the database is away (SR-O)."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest
from django.db import close_old_connections, connections

from basispoort.lib.logs import JsonFormatter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client
    from pytest_django import DjangoDbBlocker

LINK = "/s/aaaaaaaaaaaaaaaaaaaaaaaaaa/"


class Relay:
    """Stands between portal and database; may stop passing anything on without hanging up, as a frozen server does."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._flowing = threading.Event()
        self._flowing.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self) -> None:
        """Pass nothing on until thawed."""
        self._flowing.clear()

    def thaw(self) -> None:
        """Pass everything on again, what waited first."""
        self._flowing.set()

    def close(self) -> None:
        """Take nobody any more."""
        self.thaw()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self._listener.accept()
            except OSError:
                return
            there = socket.create_connection(self._target)
            for ends in ((here, there), (there, here)):
                threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                self._flowing.wait()
                target.sendall(data)
        target.close()


@contextlib.contextmanager
def at_port(blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch, port: int) -> Iterator[None]:
    """Look for the database at this port of this machine."""
    connection = connections["default"]
    with blocker.unblock(), monkeypatch.context() as patch:
        connection.close()
        patch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        patch.setitem(connection.settings_dict, "PORT", str(port))
        yield
        connection.close()


@pytest.fixture
def relay() -> Iterator[Relay]:
    """A relay to the tests' own database server."""
    settings = connections["default"].settings_dict
    one = Relay(settings["HOST"] or "127.0.0.1", int(settings["PORT"] or 5432))
    yield one
    one.close()


def status(client: Client) -> int:
    """Ask for a page after a look at the kept connection, as a server does and Django's test client does not."""
    close_old_connections()
    return client.get(LINK).status_code


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_page_says_that_the_portal_is_away_when_nothing_listens(
    client: Client, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.raise_request_exception = False

    with at_port(django_db_blocker, monkeypatch, free_port()):
        began = time.monotonic()
        response = client.get(LINK)

    assert time.monotonic() - began < 3
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert "Het portaal is er even niet" in response.content.decode()
    assert response["X-Request-Id"] in response.content.decode()


@pytest.mark.usefixtures("django_db_setup")
def test_page_is_served_again_at_the_first_request_after_a_freeze(
    client: Client,
    django_db_blocker: DjangoDbBlocker,
    monkeypatch: pytest.MonkeyPatch,
    relay: Relay,
) -> None:
    client.raise_request_exception = False

    with at_port(django_db_blocker, monkeypatch, relay.port):
        before = status(client)
        assert connections["default"].connection is not None, "the connection is kept for the next request"
        relay.freeze()
        began = time.monotonic()
        during = status(client)
        seconds = time.monotonic() - began
        relay.thaw()
        after = status(client)

    assert (before, during, after) == (404, 503, 404)
    assert seconds < 3


def test_readiness_that_says_no_is_no_line_in_the_log(
    client: Client,
    django_db_blocker: DjangoDbBlocker,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(logging.getLogger("django"), "propagate", True)

    with at_port(django_db_blocker, monkeypatch, free_port()), caplog.at_level(logging.INFO):
        response = client.get("/health/ready")

    assert (response.status_code, response.json()["database"]) == (503, "down")
    assert [line for line in caplog.records if line.name.startswith("django")] == []


@pytest.mark.requirement("SR-J01")
def test_host_that_a_stranger_makes_up_is_not_written(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(logging.getLogger("django"), "propagate", True)

    client.get("/health/live", headers={"host": "sam.voorbeeld.example"})
    client.get("/inloggen", headers={"host": "sam.voorbeeld.example"})

    lines = [JsonFormatter().format(line) for line in caplog.records]
    assert lines
    assert "sam.voorbeeld" not in "".join(lines)
