"""PostgreSQL and Redis for the demo, the tests and the benchmarks: embedded ones, or those that the environment names.

    python -m basispoort.demo.servers exec --var var/test -- pytest

starts what is not there, runs the command with DATABASE_URL, DATABASE_OWNER_URL, REDIS_URL and the keys set, stops
what it started, and answers with the command's exit status.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from basispoort.demo import keys
from basispoort.demo.children import Child, end_with_parent
from basispoort.demo.postgres import EmbeddedPostgres
from basispoort.demo.trouble import Trouble
from basispoort.demo.valkey import EmbeddedValkey

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS_TRIED = 20


@dataclass
class Servers:
    """What a program needs to reach the servers, and the processes that were started for it."""

    environment: dict[str, str]
    postgres: EmbeddedPostgres | None = None
    valkey: EmbeddedValkey | None = None
    children: list[tuple[Child, Path]] = field(default_factory=list)


class InUse(Trouble):
    """Another process works in this folder."""


@contextlib.contextmanager
def lock(var: Path) -> Iterator[None]:
    """Hold a folder for this process alone; the hold ends with the process, however it ends.

    Raises InUse when another process has it.
    """
    try:
        var.mkdir(parents=True, exist_ok=True)
        file = (var / "lock").open("a+", encoding="ascii")
    except PermissionError:
        message = f"{var} was made by another user: run as that user, or remove it."
        raise Trouble(message) from None
    with file:
        _take(file, var)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _take(file: IO[str], var: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        message = f"{var} is in use by a running demo or test (process {file.read().strip()}): stop that one first."
        raise InUse(message) from None


@contextlib.contextmanager
def embedded_servers(var: Path, *, durable: bool = True) -> Iterator[Servers]:
    """Give a PostgreSQL and a Redis for the block, and stop whatever was started for it.

    A server that the environment names is used as it is: then DATABASE_OWNER_URL is asked for too.
    Raises Trouble, in a sentence, when a server cannot be had; InUse when another process has the folder.
    """
    var = var.absolute()
    with lock(var), contextlib.ExitStack() as stack:
        if not os.environ.get("DATABASE_URL") and (var / "postgres.json").exists() and not secrets_of(var).exists():
            message = f"{var} holds a database but no longer its keys: start over with `make reset`."
            raise Trouble(message)
        secrets = keys.load(secrets_of(var))
        servers = Servers(environment={})
        if os.environ.get("DATABASE_URL"):
            if not os.environ.get("DATABASE_OWNER_URL"):
                message = "DATABASE_URL is set: set DATABASE_OWNER_URL too, or neither for the embedded PostgreSQL."
                raise Trouble(message)
            servers.environment |= {name: os.environ[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL")}
        else:
            servers.postgres = EmbeddedPostgres(var, secrets, durable=durable)
            stack.callback(servers.postgres.stop)
            servers.postgres.start()
            assert servers.postgres.child is not None
            servers.children.append((servers.postgres.child, servers.postgres.log))
            servers.environment["DATABASE_URL"] = servers.postgres.url("app")
            servers.environment["DATABASE_OWNER_URL"] = servers.postgres.url("owner")
        if os.environ.get("REDIS_URL"):
            servers.environment["REDIS_URL"] = os.environ["REDIS_URL"]
        else:
            servers.valkey = EmbeddedValkey(var, secrets, durable=durable)
            stack.callback(servers.valkey.stop)
            servers.valkey.start()
            assert servers.valkey.child is not None
            servers.children.append((servers.valkey.child, servers.valkey.log))
            servers.environment["REDIS_URL"] = servers.valkey.url()
        yield servers


def secrets_of(var: Path) -> Path:
    """Tell where a folder keeps its secrets."""
    return var / "demo-secrets.json"


def run_with_servers(var: Path, command: Sequence[str]) -> int:
    """Run the command with test servers and give its exit status.

    When another run has the folder, the next free one beside it is taken (var/test-2, ...), so that two runs in
    one clone do not disturb each other.
    """
    for number in range(1, FOLDERS_TRIED + 1):
        folder = var if number == 1 else var.with_name(f"{var.name}-{number}")
        try:
            with embedded_servers(folder, durable=False) as servers:
                secrets = keys.portal_environment(keys.load(secrets_of(folder.absolute())))
                usual = {
                    "BASE_URL": "http://localhost:8000",
                    "EMAIL_URL": "smtp://localhost:25",
                    "AUDIT_HEADS_DIRECTORY": str(folder.absolute() / "audit-heads"),
                }
                return _run(command, usual | secrets | keys.callers_environment() | servers.environment)
        except InUse:
            if number == FOLDERS_TRIED:
                raise
    raise AssertionError


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run the command in our own process group, so that it has the keyboard and hears Ctrl-C itself."""
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(signum, signal.SIG_DFL)
            end_with_parent(parent, signal.SIGTERM)
            os.execvpe(command[0], list(command), environment)  # noqa: S606 - the caller's own command
        except OSError as error:
            sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        finally:
            os._exit(127)

    def pass_on(signum: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signum)

    # The keyboard's Ctrl-C reaches the command by itself; we wait until it has ended.
    before = {signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN)}
    before |= {signum: signal.signal(signum, pass_on) for signum in (signal.SIGTERM, signal.SIGHUP)}
    try:
        _, status = os.waitpid(pid, 0)
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def main(arguments: list[str]) -> int:
    """Run `exec --var FOLDER -- COMMAND`; see the top of this file."""
    parser = argparse.ArgumentParser(prog="python -m basispoort.demo.servers", description=__doc__)
    subparsers = parser.add_subparsers(required=True)
    execute = subparsers.add_parser("exec", help="run a command with servers")
    execute.add_argument("--var", type=Path, default=ROOT / "var" / "test", help="folder of the servers' data")
    execute.add_argument("command", nargs=argparse.REMAINDER)
    chosen = parser.parse_args(arguments)
    command = chosen.command[1:] if chosen.command[:1] == ["--"] else chosen.command
    if not command:
        parser.error("give a command after --")
    try:
        return run_with_servers(chosen.var, command)
    except Trouble as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
