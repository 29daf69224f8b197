"""`make run` and `make reset`: what a newcomer is told, and that everything stops."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from basispoort.demo import keys, reset, run, supervisor
from basispoort.demo.ports import LOCAL, free_port
from basispoort.demo.servers import ROOT, InUse, lock
from basispoort.demo.table import sign_ins
from basispoort.demo.trouble import Trouble
from basispoort.deploy.secrets import SERVERS
from tests.demo.test_deployment import names_read, required_names

if TYPE_CHECKING:
    from pathlib import Path

PORTS = {"portal": 8000, "publisher": 8001, "mailbox page": 8002, "mail server": 8003}


def test_port_in_use_is_one_sentence_that_names_it_and_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((LOCAL, 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "basispoort.demo.run", "--port", str(port), "--var", str(tmp_path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 1
    assert done.stderr == (
        f"Port {port} (for the portal) is in use by another program: stop that program, "
        f"or choose other ports with PORT={port + 100}.\n"
    )


def test_demo_that_runs_already_is_said_before_its_ports_are_looked_at(tmp_path: Path) -> None:
    with lock(tmp_path), pytest.raises(InUse):
        run.run(65_534, tmp_path)


def test_port_that_does_not_exist_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="PORT=65534 is no usable port"):
        run.run(65_534, tmp_path)


def test_portal_is_given_every_setting_that_has_no_default() -> None:
    given = run.portal_environment(PORTS, dict.fromkeys(keys.ALL, "x"), ROOT / "var")

    assert required_names() - given.keys() == set(run.SERVER_ENVIRONMENT)


def test_portal_is_not_given_the_owners_address_nor_the_servers_passwords() -> None:
    given = run.portal_environment(PORTS, dict.fromkeys(keys.ALL, "x"), ROOT / "var")

    assert not given.keys() & {"DATABASE_OWNER_URL", *SERVERS}
    assert given.keys() - names_read() - set(run.PASSED_ON) == {"PYTHONUNBUFFERED", "DJANGO_SETTINGS_MODULE"}


def test_portal_and_publisher_stand_under_different_host_names() -> None:
    given = run.portal_environment(PORTS, dict.fromkeys(keys.ALL, "x"), ROOT / "var")

    publisher = run.publisher_environment(PORTS, dict.fromkeys(keys.ALL, "x"))
    assert (given["BASE_URL"], publisher["PUBLISHER_URL"]) == ("http://localhost:8000", "http://127.0.0.1:8001")


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_child_that_dies_is_named_with_its_last_words() -> None:
    output = io.StringIO()
    watching = supervisor.Supervisor(ROOT, output)
    watching.start("steady", python("import time; time.sleep(60)"), {})
    watching.start("weak", python("import sys; print('out of paper'); sys.exit(4)"), {})

    with pytest.raises(Trouble) as told:
        watching.run_until(lambda: False, 20)
    watching.stop()

    assert str(told.value) == "The weak stopped with status 4. Its last lines:\n    out of paper"
    assert output.getvalue() == "weak     | out of paper\n"


def test_job_that_fails_is_named_with_its_last_words() -> None:
    watching = supervisor.Supervisor(ROOT, io.StringIO())

    with pytest.raises(Trouble, match="The job stopped with status 1"):
        watching.run_to_end("job", python("import sys; sys.exit(1)"), {})
    watching.stop()


def test_child_that_dies_after_it_served_for_a_while_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "WELL_SECONDS", 0.2)
    output = io.StringIO()
    watching = supervisor.Supervisor(ROOT, output)
    program = "import os, time; print(os.getpid(), flush=True); time.sleep(0.6); os.kill(os.getpid(), 9)"
    watching.start("worker", python(program), {}, again=True)

    watching.run_until(lambda: output.getvalue().count("\n") == 3, 20)
    watching.stop()

    first, told, second = (line.partition("| ")[2] for line in output.getvalue().splitlines())
    assert told == "was ended by signal 9; it is started again."
    assert first != second


def test_child_that_cannot_live_is_not_started_again() -> None:
    watching = supervisor.Supervisor(ROOT, io.StringIO())
    watching.start("weak", python("import sys; sys.exit(4)"), {}, again=True)

    with pytest.raises(Trouble, match="The weak stopped with status 4"):
        watching.run_until(lambda: False, 20)
    watching.stop()


def test_child_that_will_not_stop_is_killed_with_all_its_own_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "STOP_SECONDS", 0.5)
    output = io.StringIO()
    watching = supervisor.Supervisor(ROOT, output)
    program = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "os.fork(); print(os.getpid(), flush=True); time.sleep(60)"
    )
    watching.start("stubborn", python(program), {})
    watching.run_until(lambda: output.getvalue().count("\n") == 2, 20)
    pids = [int(line.rpartition(" ")[2]) for line in output.getvalue().splitlines()]

    began = time.monotonic()
    watching.stop()

    assert time.monotonic() - began < 5
    for pid in pids:
        assert _ended(pid)


def _ended(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        listed = subprocess.run(  # noqa: S603 - fixed command
            ["/bin/ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        if listed.stdout.strip()[:1] in {"", "Z"}:
            return True
        time.sleep(0.05)
    return False


def test_portal_that_is_not_there_is_not_ready() -> None:
    assert not run.is_ready(free_port())


def test_table_shows_who_can_sign_in_where() -> None:
    facts = {
        "base_url": "http://localhost:8000",
        "back_office_url": "http://kantoor.localhost:8000",
        "publisher_url": "http://127.0.0.1:8001",
        "mailbox_url": "http://127.0.0.1:8002",
        "identities": [
            {
                "role": "teacher",
                "name": "Juf Voorbeeld",
                "email": "juf@school.test",
                "password": "Kip7boot9tak",
                "school": "99XX00",
            }
        ],
        "pupils": [
            {"name": "Sam", "group": "1a", "picture_code": ["maan", "vis"], "sign_in_url": "http://localhost:8000/s/x"},
            {"name": "Bo", "group": "5a", "pincode": "4711", "sign_in_url": "http://localhost:8000/s/x"},
        ],
    }

    lines = sign_ins(facts).splitlines()

    assert "Portal               http://localhost:8000" in lines
    assert "Back office          http://kantoor.localhost:8000" in lines
    assert "Authenticator codes  http://127.0.0.1:8002/codes" in lines
    assert "ROLE     NAME           SCHOOL  E-MAIL           PASSWORD" in lines
    assert "teacher  Juf Voorbeeld  99XX00  juf@school.test  Kip7boot9tak" in lines
    assert "Sam    1a     maan vis  http://localhost:8000/s/x" in lines
    assert "Bo     5a     4711      http://localhost:8000/s/x" in lines


def test_reset_removes_nothing_while_a_demo_runs(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "demo.json").write_text(json.dumps({}), encoding="ascii")

    with lock(tmp_path / "var"), pytest.raises(InUse):
        reset.reset(tmp_path / "var")

    assert (tmp_path / "var" / "demo.json").exists()


def test_reset_removes_nothing_while_tests_run_in_a_folder_inside(tmp_path: Path) -> None:
    with lock(tmp_path / "var" / "test"), pytest.raises(InUse):
        reset.reset(tmp_path / "var")

    assert (tmp_path / "var" / "test").exists()


def test_reset_removes_everything(tmp_path: Path) -> None:
    with lock(tmp_path / "var" / "test"):
        pass

    reset.reset(tmp_path / "var")

    assert not (tmp_path / "var").exists()
