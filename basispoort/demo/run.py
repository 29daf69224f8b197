"""`make run`: the whole portal on this machine, with one command and nothing installed outside the project.

Ports: PORT (default 8000) for the portal, PORT+1 for the demo publisher, PORT+2 for the page with mails, PORT+3 for
the mail server. The portal stands at `localhost`, the other two at `127.0.0.1`: a browser keeps cookies by host name
and not by port, so under one name the publisher would be handed the portal's session.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from basispoort.demo import keys
from basispoort.demo.children import end_with_parent
from basispoort.demo.ports import LOCAL, claim
from basispoort.demo.servers import ROOT, InUse, embedded_servers, lock, secrets_of
from basispoort.demo.supervisor import Supervisor
from basispoort.demo.table import sign_ins
from basispoort.demo.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

NAMES = ("portal", "publisher", "mailbox page", "mail server")
READY_SECONDS = 90
OFFICE = "kantoor.localhost"  # every browser takes names under localhost for this machine
WEB = ("gunicorn", "--config=basispoort/deploy/gunicorn.py", "--workers=2", "--graceful-timeout=3", "basispoort.wsgi")
CELERY = ("celery", "--quiet", "--app=basispoort.celery")
WORKER = (*CELERY, "worker", "--queues=default,imports,mail", "--concurrency=2", "--loglevel=WARNING")
BEAT = (*CELERY, "beat", "--pidfile=", "--loglevel=WARNING")
SERVER_ENVIRONMENT = ("DATABASE_URL", "REDIS_URL")
# What a program needs of the shell it was started from; nothing else of it reaches the demo's own processes.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "SSL_CERT_FILE", "SSL_CERT_DIR")


class Stopped(BaseException):
    """Somebody pressed Ctrl-C or asked this process to end."""


def _stop(_signum: int, _frame: FrameType | None) -> None:
    # A second Ctrl-C must not cut the stopping short: that is what takes seconds at most.
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)
    raise Stopped


def portal_environment(ports: Mapping[str, int], secrets: dict[str, str], var: Path) -> dict[str, str]:
    """Give the portal's settings, all but the addresses of its servers."""
    return {
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
        **keys.portal_environment(secrets),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "basispoort.settings",
        "BASE_URL": f"http://localhost:{ports['portal']}",
        "BACK_OFFICE_HOST": f"{OFFICE}:{ports['portal']}",
        "EXTRA_HOSTS": LOCAL,
        "EMAIL_URL": f"smtp://{LOCAL}:{ports['mail server']}",
        "DEVELOPMENT_PAGES": "yes",
        "EXTRA_OUTGOING_NETWORKS": "127.0.0.0/8",  # the demo publisher is on this machine
        "STATIC_ROOT": str(var / "static"),
        "AUDIT_HEADS_DIRECTORY": str(var / "audit-heads"),
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
    }


def publisher_environment(ports: Mapping[str, int], secrets: dict[str, str]) -> dict[str, str]:
    """Give what the demo publisher knows: two addresses and its own secret, nothing of the portal's."""
    return {
        "PUBLISHER_URL": f"http://{LOCAL}:{ports['publisher']}",
        "PUBLISHER_CLIENT_SECRET": secrets["PUBLISHER_CLIENT_SECRET"],
    }


def run(first_port: int, var: Path) -> None:
    """Start everything, say where it is, and go on until stopped. Raises Trouble in a sentence."""
    with lock(var):  # first, so that a demo that runs already is not taken for another program at its ports
        ports = claim(first_port, NAMES)
    with embedded_servers(var) as servers:
        # Whoever waits for this file waits for a portal that is ready.
        (var / "demo.json").unlink(missing_ok=True)
        secrets = keys.load(secrets_of(var))
        owner = portal_environment(ports, secrets, var) | servers.environment | publisher_environment(ports, secrets)
        owner["DEMO_OUTPUT"] = str(var / "demo-identities.json")
        supervisor = Supervisor(ROOT)
        try:
            for child, log in servers.children:
                supervisor.watch(child, log)
            supervisor.run_to_end("prepare", [sys.executable, "-m", "basispoort.demo.prepare"], owner)
            portal = portal_environment(ports, secrets, var)
            portal |= {name: servers.environment[name] for name in SERVER_ENVIRONMENT}
            _start_all(supervisor, ports, portal, secrets, var)
            if not supervisor.run_until(lambda: is_ready(ports["portal"]), READY_SECONDS):
                message = f"The portal was not ready within {READY_SECONDS} seconds; what it said stands above."
                raise Trouble(message)
            facts = _facts(ports, var)
            (var / "demo.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False), encoding="utf-8")
            sys.stdout.write(sign_ins(facts))
            sys.stdout.flush()
            supervisor.run_until(lambda: False)
        finally:
            supervisor.stop()


def _start_all(
    supervisor: Supervisor, ports: Mapping[str, int], portal: dict[str, str], secrets: dict[str, str], var: Path
) -> None:
    python = [sys.executable, "-m"]
    mailbox = ["basispoort.demo.mailbox", "--folder", str(var / "mail"), "--port", str(ports["mailbox page"])]
    supervisor.start(
        "mailbox",
        [*python, *mailbox, "--smtp-port", str(ports["mail server"])],
        {name: portal[name] for name in ("PATH", "PYTHONUNBUFFERED") if name in portal},
        again=True,
    )
    supervisor.start("web", [*python, *WEB, "--bind", f"{LOCAL}:{ports['portal']}"], portal, again=True)
    # Celery warns against working as root; here that is who was asked to run the demo, and messages are JSON only.
    quiet = portal | {"PYTHONWARNINGS": "ignore:You're running the worker with superuser"}
    # SIGQUIT ends the worker at once: every job may run twice, and the next start takes up what was broken off.
    supervisor.start("worker", [*python, *WORKER], quiet, signal.SIGQUIT, again=True)
    supervisor.start("beat", [*python, *BEAT, "--schedule", str(var / "celerybeat-schedule")], portal, again=True)
    # The publisher is another company.
    publisher = {name: portal[name] for name in (*PASSED_ON, "PYTHONUNBUFFERED", "BASE_URL") if name in portal}
    publisher |= publisher_environment(ports, secrets)
    command = [*python, "basispoort.demo.publisher", "--port", str(ports["publisher"])]
    supervisor.start("publisher", command, publisher, again=True)


def is_ready(port: int) -> bool:
    """Ask the portal whether database, Redis and worker are there."""
    connection = http.client.HTTPConnection(LOCAL, port, timeout=5)
    try:
        connection.request("GET", "/health/ready", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        time.sleep(0.1)
        return False
    finally:
        connection.close()


def _facts(ports: Mapping[str, int], var: Path) -> dict[str, Any]:
    """Give what the newcomer and the browser tests need: addresses, and who can sign in with what."""
    base_url = f"http://localhost:{ports['portal']}"
    try:
        people = json.loads((var / "demo-identities.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = "The list of demo sign-ins (demo-identities.json) is gone: start over with `make reset`."
        raise Trouble(message) from None
    for pupil in people["pupils"]:
        # The data may have been made under another PORT.
        pupil["sign_in_url"] = base_url + urlsplit(pupil["sign_in_url"]).path
    return {
        "base_url": base_url,
        "back_office_url": f"http://{OFFICE}:{ports['portal']}",
        "publisher_url": f"http://{LOCAL}:{ports['publisher']}",
        "mailbox_url": f"http://{LOCAL}:{ports['mailbox page']}",
        "identities": people["identities"],
        "pupils": people["pupils"],
    }


def main(arguments: list[str]) -> int:
    """Run the demo until Ctrl-C; answer 0 then, and 1 after a sentence about what went wrong."""
    parser = argparse.ArgumentParser(prog="python -m basispoort.demo.run", description="Run the portal's demo.")
    parser.add_argument("--port", type=int, default=8000, help="the portal's port; the next three are used too")
    parser.add_argument("--var", type=Path, default=ROOT / "var", help="folder for all data; the browser tests use one")
    parser.add_argument("--end-with-parent", action="store_true", help="stop when the calling process is killed")
    chosen = parser.parse_args(arguments)
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, _stop)
    if chosen.end_with_parent:
        end_with_parent(os.getppid(), signal.SIGTERM)
    try:
        run(chosen.port, chosen.var.absolute())
    except Stopped:
        sys.stdout.write("\nStopped; `make run` goes on with the same data.\n")
        return 0
    except InUse as trouble:
        sys.stderr.write(f"The demo is running already: {trouble}\n")
        return 1
    except Trouble as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    raise AssertionError


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
