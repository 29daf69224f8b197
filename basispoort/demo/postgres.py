"""An embedded PostgreSQL with the portal's three roles, as a child of this process."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from basispoort.demo.children import Child, spawn, stop_all
from basispoort.demo.installation import ELSEWHERE, PostgresPlace, postgres_place
from basispoort.demo.ports import LOCAL, free_port
from basispoort.demo.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLES = Path(__file__).resolve().parent.parent / "deploy" / "roles.sql"
MAJOR = "18"
START_SECONDS = 30
STOP_SECONDS = 8
PORT_ATTEMPTS = 3
# A word that compares by code point in every place, so that a list sorts alike on each machine.
LOCALE = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
SETTINGS = {
    "listen_addresses": LOCAL,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",  # a statement may hold personal data, so none is logged (SR-J01)
    "jit": "off",
}
# What a crash of the machine may cost: nothing in the demo, everything in a test.
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """PostgreSQL in a folder of `var`; `start` makes, mends or refuses the folder, `stop` ends in good order."""

    def __init__(self, var: Path, secrets: Mapping[str, str], *, durable: bool) -> None:
        """Keep in mind where and how; nothing is touched yet. Not durable: fast, for tests."""
        self._folder = var / "postgres"
        self._marker = var / "postgres.json"
        self.log = var / "postgres.log"
        self._secrets = secrets
        self._settings = SETTINGS | ({} if durable else HASTY)
        self._durable = durable
        self.child: Child | None = None
        self.port = 0

    def start(self) -> None:
        """Bring the server up, with roles and database. Raises Trouble in a sentence when it cannot."""
        self._throw_away_half_made()
        place = postgres_place(self._folder)
        self._judge(place)
        if not place.data.exists():
            self._make(place)
        self._launch(place)
        self._apply_roles(place)

    def stop(self) -> None:
        """End the server: rollback of what is open, a checkpoint, and nothing left running."""
        if self.child is not None:
            stop_all([self.child], STOP_SECONDS)
            self.child = None

    def url(self, role: str) -> str:
        """Give the address of the database for `owner` or `app`."""
        password = self._secrets[f"{role.upper()}_PASSWORD"]
        return f"postgresql://basispoort_{role}:{password}@{LOCAL}:{self.port}/basispoort"

    def superuser_url(self) -> str:
        """Give the address for the superuser; for tests of the roles themselves."""
        return f"postgresql://postgres:{self._secrets['POSTGRES_PASSWORD']}@{LOCAL}:{self.port}/basispoort"

    def _throw_away_half_made(self) -> None:
        """Remove a folder whose making was cut short: nobody has stored anything in it yet."""
        if os.path.lexists(self._folder) and not self._marker.exists():
            remove_data(self._folder)

    def _judge(self, place: PostgresPlace) -> None:
        if not place.data.exists():
            return
        try:
            version = (place.data / "PG_VERSION").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            message = f"{self._folder} is no longer a database: start over with `make reset`."
            raise Trouble(message) from None
        except PermissionError:
            message = f"{self._folder} belongs to another user: run as that user, or start over with `make reset`."
            raise Trouble(message) from None
        if version != MAJOR:
            message = f"{self._folder} is of PostgreSQL {version}, this is {MAJOR}: start over with `make reset`."
            raise Trouble(message)
        _clear_stale_lock(place)

    def _make(self, place: PostgresPlace) -> None:
        place.data.mkdir(mode=0o700, parents=True)
        if place.account is not None:
            os.chown(place.data, place.account.pw_uid, place.account.pw_gid)
        command: list[str | Path] = [place.programs / "initdb", "--username=postgres", "--auth=scram-sha-256", *LOCALE]
        command += [f"--pgdata={place.data}", *([] if self._durable else ["--no-sync"])]
        with tempfile.NamedTemporaryFile("w", encoding="ascii") as password, self.log.open("wb") as log:
            password.write(self._secrets["POSTGRES_PASSWORD"])
            password.flush()
            if place.account is not None:
                os.chown(password.name, place.account.pw_uid, place.account.pw_gid)
            done = subprocess.run(  # noqa: S603 - a program of our own package
                [*command, f"--pwfile={password.name}"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={"LC_ALL": "C"},
                user=place.account.pw_uid if place.account else None,
                group=place.account.pw_gid if place.account else None,
                extra_groups=[] if place.account else None,
                check=False,
            )
        if done.returncode != 0:
            message = f"PostgreSQL could not make its data folder: {last_line(self.log)}"
            raise Trouble(message)

    def _launch(self, place: PostgresPlace) -> None:
        for attempt in range(PORT_ATTEMPTS):
            # Started again, it stays where it was.
            self.port = (attempt == 0 and self.port) or free_port()
            settings = self._settings | {"port": str(self.port)}
            command: list[str | Path] = [place.programs / "postgres", "-D", place.data]
            command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
            with self.log.open("wb") as log:
                self.child = spawn(
                    "postgres",
                    command,
                    environment={"LC_ALL": "C"},
                    output=log,
                    account=place.account,
                    stop_signal=signal.SIGINT,  # "fast" shutdown
                )
            if self._is_up(place.data / "postmaster.pid"):
                return
            self.stop()
            if "could not bind" not in self.log.read_text(encoding="utf-8", errors="replace"):
                break
        message = f"PostgreSQL did not start ({last_line(self.log)}; more in {self.log}): try again, or `make reset`."
        raise Trouble(message)

    def _is_up(self, pid_file: Path) -> bool:
        assert self.child is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.child.process.poll() is None:
            lines: list[str] = []
            with contextlib.suppress(FileNotFoundError):
                lines = pid_file.read_text(encoding="utf-8").split("\n")
            if lines[0:1] == [str(self.child.process.pid)] and any(line.strip() == "ready" for line in lines[7:]):
                return True
            time.sleep(0.02)
        return False

    def _apply_roles(self, place: PostgresPlace) -> None:
        """Run roles.sql when it is new to this folder; then the folder is no longer half-made."""
        wanted = {"postgres": MAJOR, "roles": hashlib.sha256(ROLES.read_bytes()).hexdigest()}
        with contextlib.suppress(FileNotFoundError):
            if json.loads(self._marker.read_text(encoding="utf-8")) == wanted:
                return
        # Tests make their own databases, as the owner; on a real server the owner may not.
        command: list[str | Path] = [
            place.programs / "psql",
            "--no-psqlrc",
            "--quiet",
            "--host",
            LOCAL,
            "--port",
            str(self.port),
        ]
        command += ["--username=postgres", "--dbname=postgres", f"--file={ROLES}"]
        command += ["--command=ALTER ROLE basispoort_owner CREATEDB"]
        passwords = {name: self._secrets[name] for name in ("OWNER_PASSWORD", "APP_PASSWORD")}
        done = subprocess.run(  # noqa: S603 - a program of our own package
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env={"LC_ALL": "C", "PGPASSWORD": self._secrets["POSTGRES_PASSWORD"], **passwords},
            check=False,
        )
        if done.returncode != 0:
            self.stop()
            message = f"PostgreSQL could not be given its roles: {done.stderr.strip().splitlines()[-1:]}"
            raise Trouble(message)
        self._marker.write_text(json.dumps(wanted), encoding="utf-8")


def _clear_stale_lock(place: PostgresPlace) -> None:
    """Take away the lock file of a server that is gone, and end one that was left behind by a killed parent.

    PostgreSQL itself gives up when the number in the file is by now that of any other process of the same account.
    """
    pid_file = place.data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text(encoding="utf-8").split("\n")[0])
    except FileNotFoundError:
        return
    except ValueError:
        pid_file.unlink()
        return
    if not _is_postgres_of(pid, place.data):
        pid_file.unlink()
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + STOP_SECONDS
    while _is_postgres_of(pid, place.data) and time.monotonic() < deadline:
        time.sleep(0.05)
    if _is_postgres_of(pid, place.data):
        message = f"An earlier PostgreSQL (process {pid}) still runs in {place.data} and does not stop: end it first."
        raise Trouble(message)


def _is_postgres_of(pid: int, data: Path) -> bool:
    """Tell whether the process is a PostgreSQL server that works in this data folder."""
    if Path("/proc/self/cwd").exists():
        try:
            return (Path("/proc") / str(pid) / "cwd").readlink() == data.resolve()
        except OSError:
            return False
    command = ["ps", "-o", "command=", "-p", str(pid)]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 - fixed
    return "postgres" in listed and str(data) in listed


def remove_data(folder: Path) -> None:
    """Remove a data folder, also one that lies elsewhere and is only pointed at from here."""
    if folder.is_symlink():
        real = folder.resolve()
        if real.parent == ELSEWHERE:
            shutil.rmtree(real, ignore_errors=True)
        folder.unlink()
        return
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        message = (
            f"{folder} cannot be removed ({error.strerror}): it was made by another user, so remove it as that user."
        )
        raise Trouble(message) from error


def last_line(log: Path) -> str:
    """Give the last line of a log that says something, for an error sentence."""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "it said nothing"
