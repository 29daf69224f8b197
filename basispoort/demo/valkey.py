"""An embedded Valkey, which speaks Redis, as a child of this process."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from basispoort.demo.children import Child, spawn, stop_all
from basispoort.demo.installation import valkey_program
from basispoort.demo.ports import LOCAL, free_port
from basispoort.demo.postgres import last_line
from basispoort.demo.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping

RULES = Path(__file__).resolve().parent.parent / "deploy" / "valkey.acl"
START_SECONDS = 10
STOP_SECONDS = 5
PORT_ATTEMPTS = 3


class EmbeddedValkey:
    """Valkey in a folder of `var`, with one user that may do no more than on a real server (SR-H03)."""

    def __init__(self, var: Path, secrets: Mapping[str, str], *, durable: bool) -> None:
        """Keep in mind where and how. Not durable: nothing on disk, and tests may empty it (FLUSHDB)."""
        self._folder = var / "valkey"
        self.log = var / "valkey.log"
        self._password = secrets["VALKEY_PASSWORD"]
        self._durable = durable
        self.child: Child | None = None
        self.port = 0

    def start(self) -> None:
        """Bring the server up; raises Trouble when it does not answer."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        rules = RULES.read_text(encoding="utf-8").strip()
        rules = rules.replace("PASSWORD_SHA256", hashlib.sha256(self._password.encode()).hexdigest())
        acl = self._folder / "users.acl"
        acl.write_text(rules + ("\n" if self._durable else " +flushdb\n"), encoding="utf-8")
        program = valkey_program()
        for attempt in range(PORT_ATTEMPTS):
            # Started again, it stays where it was.
            self.port = (attempt == 0 and self.port) or free_port()
            command: list[str | Path] = [program, "--bind", LOCAL, "--port", str(self.port), "--dir", self._folder]
            command += ["--aclfile", acl, "--save", "60 1" if self._durable else "", "--daemonize", "no"]
            with self.log.open("wb") as log:
                self.child = spawn("valkey", command, environment={}, output=log, folder=self._folder)
            if self._answers():
                return
            self.stop()
        message = f"Valkey did not start ({last_line(self.log)}; more in {self.log}): try again, or `make reset`."
        raise Trouble(message)

    def stop(self) -> None:
        """End the server; a durable one writes its data first."""
        if self.child is not None:
            stop_all([self.child], STOP_SECONDS)
            self.child = None

    def url(self) -> str:
        """Give the address, with the name and password of the portal's own login."""
        return f"redis://basispoort:{self._password}@{LOCAL}:{self.port}/0"

    def _answers(self) -> bool:
        assert self.child is not None
        deadline = time.monotonic() + START_SECONDS
        with redis.Redis.from_url(self.url(), socket_timeout=1, retry=Retry(NoBackoff(), 0)) as client:
            while time.monotonic() < deadline and self.child.process.poll() is None:
                try:
                    if client.ping():
                        return True
                except redis.exceptions.ConnectionError:
                    time.sleep(0.02)
        return False
