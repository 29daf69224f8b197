"""The portal behind PgBouncer in transaction mode: connections change hands at every COMMIT, scopes do not."""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, connections

from basispoort.lib.compiled import Objects
from basispoort.lib.tenancy import school_transaction, unscoped
from schools.models import Pupil
from tests import factories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

THREADS, TURNS, SERVERS = 12, 25, 3
BINARY = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")
CONFIGURATION = """\
[databases]
* = host={HOST} port={PORT} user={USER} password={PASSWORD}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {servers}
max_client_conn = 100
"""


def _of_school(*, school: int) -> QuerySet[Pupil]:
    return Pupil.objects.for_school(school)


PUPILS = Objects[Pupil](_of_school)


@pytest.fixture
def bouncer(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:  # noqa: ARG001 - opens the database
    """PgBouncer before the test database; every connection made from now on goes through it."""
    if BINARY is None and os.environ.get("CI"):
        pytest.fail("PgBouncer is missing: .ci/run installs it")
    if BINARY is None:
        pytest.skip("no pgbouncer here (on Debian: apt install pgbouncer)")
    settings: dict[str, Any] = connections.settings["default"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pgbouncer.ini"
        file.write_text(
            CONFIGURATION.format(**settings | {"PORT": settings["PORT"] or 5432}, listen=port, servers=SERVERS),
            encoding="utf-8",
        )
        # PgBouncer refuses to be root; nobody may then read its file.
        somebody: dict[str, Any] = {}
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody")
            shutil.chown(file, "nobody")
            somebody = {"user": "nobody"}
        with subprocess.Popen([BINARY, "-q", str(file)], stderr=subprocess.DEVNULL, **somebody) as process:  # noqa: S603 - our own words
            try:
                wait_for(port, process)
                monkeypatch.setitem(settings, "HOST", "127.0.0.1")
                monkeypatch.setitem(settings, "PORT", str(port))
                monkeypatch.setitem(settings, "OPTIONS", settings["OPTIONS"] | {"prepare_threshold": None})
                yield
            finally:
                process.terminate()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until somebody listens."""
    for _ in range(100):
        assert process.poll() is None, "PgBouncer ended by itself"
        with socket.socket() as caller:
            if caller.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("PgBouncer does not answer")


def look(schools: list[int], seed: int) -> tuple[int, set[int]]:
    """Look at random schools, with a national block and a look without a scope between; count what is not theirs."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    wrong, servers = 0, set()
    try:
        for _ in range(TURNS):
            school = chance.choice(schools)
            with school_transaction(school), connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid(), school_id FROM schools_pupil, pg_sleep(0.002)")
                rows = cursor.fetchall()
                servers |= {server for server, _ in rows}
                wrong += [row[1] for row in rows] != [school]
                asked = [pupil.school_id for one in schools for pupil in PUPILS.all(school=one)]
                wrong += asked != [school]
            if chance.random() < 0.3:
                wrong += len(PUPILS.all(unscoped="a test looks", school=school)) != 1
            if chance.random() < 0.3:
                with unscoped("a test counts"):
                    wrong += Pupil.objects.count() != len(schools)
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*), current_user FROM schools_pupil")
                wrong += cursor.fetchone() != (0, "basispoort_app")
    finally:
        connection.close()
    return wrong, servers


@pytest.mark.requirement("SR-B04")
@pytest.mark.django_db(transaction=True)
def test_twelve_threads_behind_pgbouncer_see_no_row_of_another_school(bouncer: None) -> None:  # noqa: ARG001 - its effect
    schools = [factories.make_school() for _ in range(4)]
    for school in schools:
        factories.make_pupil(school)
    numbers = [school.pk for school in schools]

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda seed: look(numbers, seed), range(THREADS)))

    assert sum(wrong for wrong, _ in answers) == 0
    assert 1 <= len(set().union(*(servers for _, servers in answers))) <= SERVERS
