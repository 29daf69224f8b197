"""The secrets of the demo: made on the first run, kept in a file that only its owner can read.

`python -m basispoort.demo.keys exec -- COMMAND` runs a command with settings as a real portal has them and fresh
keys, for the checks that only read the settings.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, NoReturn

from basispoort.demo.trouble import Trouble
from basispoort.deploy.secrets import PORTAL, SERVERS, password

if TYPE_CHECKING:
    from pathlib import Path

PUBLISHER = {"PUBLISHER_CLIENT_SECRET": password}
ALL = PORTAL | SERVERS | PUBLISHER


def load(path: Path) -> dict[str, str]:
    """Give the demo's secrets, making those that the file does not hold yet.

    A secret once made never changes. The file is readable by its owner only, from its first byte on.
    Raises Trouble when the file cannot be read as what it should be.
    """
    known = _read(path) if path.exists() else {}
    made = {name: make() for name, make in ALL.items() if name not in known}
    if made:
        known |= made
        _write_privately(path, json.dumps(known, indent=1) + "\n")
    return {name: known[name] for name in ALL}


def _read(path: Path) -> dict[str, str]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read ({type(error).__name__}): start over with `make reset`."
        raise Trouble(message) from error
    if not isinstance(content, dict):
        message = f"{path} holds something else than the demo's keys: start over with `make reset`."
        raise Trouble(message)
    return content


def _write_privately(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)


def portal_environment(known: dict[str, str]) -> dict[str, str]:
    """Give the part of the secrets that the portal's own processes need."""
    return {name: known[name] for name in PORTAL}


def callers_environment() -> dict[str, str]:
    """Give this process's environment as the caller meant it.

    Importing our package names the portal's own settings, which is what every program does without being told; passed
    on, it would keep pytest from using the settings of the tests.
    """
    environment = dict(os.environ)
    if environment.get("DJANGO_SETTINGS_MODULE") == "basispoort.settings":
        del environment["DJANGO_SETTINGS_MODULE"]
    return environment


def production_environment() -> dict[str, str]:
    """Give settings as on a public host, with fresh keys and servers that are named but not there."""
    return {
        **{name: make() for name, make in PORTAL.items()},
        "BASE_URL": "https://portal.basispoort.test",
        "DATABASE_URL": f"postgresql://basispoort_app:{password()}@database.basispoort.test:5432/basispoort",
        "REDIS_URL": f"redis://basispoort:{password()}@redis.basispoort.test:6379/0",
        "EMAIL_URL": "smtp://mail.basispoort.test:25",
        "MAIL_FROM": "Basispoort <noreply@portal.basispoort.test>",
        "BEHIND_PROXY": "yes",
    }


def main(arguments: list[str]) -> NoReturn:
    """Replace this process by the command after `exec --`; exit with 2 when there is none."""
    if arguments[:2] != ["exec", "--"] or len(arguments) == 2:
        sys.stderr.write("Usage: python -m basispoort.demo.keys exec -- COMMAND\n")
        sys.exit(2)
    command = arguments[2:]
    os.execvpe(command[0], command, callers_environment() | production_environment())  # noqa: S606 - the caller's own command


if __name__ == "__main__":
    main(sys.argv[1:])
