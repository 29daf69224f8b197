"""Embedded servers through good and bad days: restart, kill -9, a folder of another time."""

from __future__ import annotations

import json
import os
import pwd
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psycopg
import pytest

from basispoort.demo import keys
from basispoort.demo.servers import ROOT, InUse, embedded_servers, lock, secrets_of
from basispoort.demo.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from basispoort.demo.servers import Servers


def execute(servers: Servers, statement: str) -> None:
    with psycopg.connect(servers.environment["DATABASE_OWNER_URL"], autocommit=True) as connection:
        connection.execute(statement.encode())


def eventually(condition: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_second_start_goes_on_with_the_same_data(var: Path) -> None:
    with embedded_servers(var, durable=False) as servers:
        execute(servers, "CREATE TABLE kept (id int)")

    with embedded_servers(var, durable=False) as servers:
        execute(servers, "SELECT id FROM kept")


def test_folder_whose_making_was_cut_short_is_made_again(var: Path) -> None:
    (var / "postgres" / "base").mkdir(parents=True)

    with embedded_servers(var, durable=False) as servers:
        execute(servers, "SELECT 1")


def test_lock_file_that_names_a_stranger_by_now_is_cleared(var: Path) -> None:
    with embedded_servers(var, durable=False):
        pass
    pid_file = var / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{var}/postgres\n1\n5432\n\n127.0.0.1\n0 0\nready\n", encoding="ascii")
    if os.geteuid() == 0:
        os.chown(pid_file, pwd.getpwnam("nobody").pw_uid, -1)

    with embedded_servers(var, durable=False) as servers:
        execute(servers, "SELECT 1")


def test_folder_of_another_version_is_refused_in_a_sentence(var: Path) -> None:
    keys.load(secrets_of(var))
    (var / "postgres").mkdir()
    (var / "postgres" / "PG_VERSION").write_text("17\n", encoding="ascii")
    (var / "postgres.json").write_text("{}", encoding="ascii")

    with pytest.raises(Trouble) as refused, embedded_servers(var, durable=False):
        pass

    assert str(refused.value) == f"{var}/postgres is of PostgreSQL 17, this is 18: start over with `make reset`."


def test_database_without_its_keys_is_refused_in_a_sentence(var: Path) -> None:
    (var / "postgres.json").write_text("{}", encoding="ascii")

    with pytest.raises(Trouble, match="holds a database but no longer its keys: start over with `make reset`"):
        embedded_servers(var).__enter__()


def test_folder_in_use_is_refused(var: Path) -> None:
    with lock(var), pytest.raises(InUse, match=f"process {os.getpid()}"):
        embedded_servers(var, durable=False).__enter__()


def test_servers_that_the_environment_names_are_used(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = {
        "DATABASE_URL": "postgresql://app@database.test/basispoort",
        "DATABASE_OWNER_URL": "postgresql://owner@database.test/basispoort",
        "REDIS_URL": "redis://redis.test/0",
    }
    for name, value in named.items():
        monkeypatch.setenv(name, value)

    with embedded_servers(var) as servers:
        assert servers.environment == named
        assert servers.children == []


def test_database_of_ones_own_needs_its_owner_too(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@database.test/basispoort")

    with pytest.raises(Trouble, match="set DATABASE_OWNER_URL too"):
        embedded_servers(var).__enter__()


def command(var: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "basispoort.demo.servers", "exec", "--var", str(var), "--", *words]


def test_command_gets_the_servers_and_its_exit_status_is_passed_on(var: Path) -> None:
    program = "import os, sys; print(os.environ['DATABASE_URL'][:27], os.environ['REDIS_URL'][:19]); sys.exit(3)"

    done = subprocess.run(  # noqa: S603 - our own command
        command(var, sys.executable, "-c", program), cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 3
    assert done.stdout == "postgresql://basispoort_app redis://basispoort:\n"


def test_command_chooses_its_own_django_settings(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        monkeypatch.setenv(name, "named")
    program = "import os; print(os.environ.get('DJANGO_SETTINGS_MODULE'))"

    done = subprocess.run(  # noqa: S603 - our own command
        command(var, sys.executable, "-c", program), cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout == "None\n"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_kill_9_of_the_parent_leaves_no_server_behind(var: Path) -> None:
    report = var / "report.json"
    program = f"import json, os, time; open({str(report)!r}, 'w').write(json.dumps(os.getpid())); time.sleep(60)"
    with subprocess.Popen(command(var, sys.executable, "-c", program), cwd=ROOT) as parent:  # noqa: S603 - our own command
        assert eventually(lambda: report.exists() and report.stat().st_size > 0)
        postmaster = int((var / "postgres" / "postmaster.pid").read_text(encoding="ascii").split("\n")[0])
        started = json.loads(report.read_text(encoding="ascii"))

        parent.send_signal(signal.SIGKILL)

        assert eventually(lambda: not is_alive(postmaster))
        assert eventually(lambda: not is_alive(started))
