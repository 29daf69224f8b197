"""The portal calls nothing but public addresses by https, and waits five seconds at most."""

from __future__ import annotations

import re
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from basispoort.lib import outside
from basispoort.lib.checks import outgoing_networks
from basispoort.lib.outside import Unreachable, Why, may_call, post_form

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = ["127.0.0.0/8"]


def whole_request(connected: socket.socket) -> bytes:
    """Read a request to its end; of what is no HTTP, the beginning."""
    heard = connected.recv(65536)
    while heard.startswith(b"POST"):
        head, _, body = heard.partition(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", head)
        if length is not None and len(body) >= int(length[1]):
            break
        heard += connected.recv(65536)
    return heard


class Listener:
    """A socket that counts who connects, and says what it is told, as slowly as it is told."""

    def __init__(self, says: bytes, seconds_a_byte: float = 0) -> None:
        self.connections = 0
        self.heard = b""
        self._says, self._pause = says, seconds_a_byte
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connected, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            with connected:
                try:
                    self.heard += whole_request(connected)
                    for one in range(len(self._says)) if self._pause else ():
                        connected.sendall(self._says[one : one + 1])
                        time.sleep(self._pause)
                    if not self._pause:
                        connected.sendall(self._says)
                except OSError:
                    continue

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(10)


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A server on this machine that answers every form with 200."""
    one = Listener(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    yield one
    one.close()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_address_that_is_not_public_is_not_called(address: str) -> None:
    assert may_call(address) is False


@pytest.mark.parametrize("address", ["93.184.215.14", "2a00:1450:400e::1", "::ffff:93.184.215.14"])
def test_public_address_may_be_called(address: str) -> None:
    assert may_call(address) is True


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::ffff:7f00:1]"]
)
def test_no_byte_goes_to_this_machine_however_it_is_written(
    settings: Any, listener: Listener, host: str, scheme: str
) -> None:
    settings.EXTRA_OUTGOING_NETWORKS = []

    with pytest.raises(Unreachable) as raised:
        post_form(f"{scheme}://{host}:{listener.port}/", {"a": "b"})

    assert str(raised.value) in {Why.NOT_PUBLIC, Why.NO_NAME}
    assert listener.connections == 0


def test_form_arrives_where_a_setting_allows_this_machine(settings: Any, listener: Listener) -> None:
    settings.EXTRA_OUTGOING_NETWORKS = HERE

    status = post_form(f"http://127.0.0.1:{listener.port}/there?a=1", {"logout_token": "een woord"})

    assert status == 200
    assert listener.heard.startswith(b"POST /there?a=1 HTTP/1.1\r\n")
    assert listener.heard.endswith(b"\r\n\r\nlogout_token=een+woord")


def test_plain_http_is_refused_on_a_real_portal(settings: Any, listener: Listener) -> None:
    settings.EXTRA_OUTGOING_NETWORKS, settings.HTTPS = HERE, True

    with pytest.raises(Unreachable, match=Why.NO_ADDRESS):
        post_form(f"http://127.0.0.1:{listener.port}/", {})

    assert listener.connections == 0


def test_redirect_is_an_answer_and_not_followed(settings: Any, listener: Listener) -> None:
    settings.EXTRA_OUTGOING_NETWORKS = HERE
    away = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{listener.port}/\r\nContent-Length: 0\r\n\r\n"
    first = Listener(away.encode())

    status = post_form(f"http://127.0.0.1:{first.port}/", {})

    first.close()
    assert (status, listener.connections) == (302, 0)


def test_certificate_that_nobody_vouches_for_is_refused(settings: Any, listener: Listener) -> None:
    settings.EXTRA_OUTGOING_NETWORKS = HERE

    with pytest.raises(Unreachable):
        post_form(f"https://127.0.0.1:{listener.port}/", {"a": "secret words"})

    assert b"secret" not in listener.heard


def test_answer_that_comes_byte_by_byte_is_cut_off(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EXTRA_OUTGOING_NETWORKS = HERE
    monkeypatch.setattr(outside, "DEADLINE_SECONDS", 0.5)
    slow = Listener(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100, seconds_a_byte=0.1)
    begun = time.monotonic()

    with pytest.raises(Unreachable, match=Why.NO_ANSWER):
        post_form(f"http://127.0.0.1:{slow.port}/", {})

    slow.close()
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "address", ["", "ftp://uitgever.example/", "//uitgever.example/", "https:///x", "https://a:b/"]
)
def test_what_is_no_https_address_is_not_called(address: str) -> None:
    with pytest.raises(Unreachable, match=Why.NO_ADDRESS):
        post_form(address, {})


def test_portal_that_may_call_inside_says_so_at_its_start(settings: Any) -> None:
    settings.EXTRA_OUTGOING_NETWORKS = []
    quiet = outgoing_networks(None)

    settings.EXTRA_OUTGOING_NETWORKS = HERE

    assert (quiet, [one.id for one in outgoing_networks(None)]) == ([], ["lib.W001"])
