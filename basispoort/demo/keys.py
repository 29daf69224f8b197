"""The secrets of the demo: made on the first run, kept in a file that only its owner can read.

`python -m basispoort.demo.keys exec -- COMMAND` runs a command with settings as a real portal has them and fresh
keys, for the checks that only read the settings.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import sys
from typing import TYPE_CHECKING, NoReturn

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from basispoort.demo.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY_BYTES = 32


def _password() -> str:
    return secrets.token_urlsafe(32)


def _key_ring() -> str:
    """Give one 256-bit key in the form id:base64; an Ed25519 seed is such a key too (SR-H02)."""
    return f"key-1:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def _rsa_key() -> str:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


PORTAL_SECRETS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": _password,
    "FIELD_KEYS": _key_ring,
    "INDEX_KEYS": _key_ring,
    "CODE_KEYS": _key_ring,
    "AUDIT_SIGNING_KEYS": _key_ring,
    "OIDC_PRIVATE_KEY": _rsa_key,
}
SERVER_SECRETS: dict[str, Callable[[], str]] = {
    "POSTGRES_PASSWORD": _password,
    "OWNER_PASSWORD": _password,
    "APP_PASSWORD": _password,
    "VALKEY_PASSWORD": _password,
}
PUBLISHER_SECRETS: dict[str, Callable[[], str]] = {"PUBLISHER_CLIENT_SECRET": _password}
ALL_SECRETS = PORTAL_SECRETS | SERVER_SECRETS | PUBLISHER_SECRETS


def load(path: Path) -> dict[str, str]:
    """Give the demo's secrets, making those that the file does not hold yet.

    A secret once made never changes. The file is readable by its owner only, from its first byte on.
    Raises Trouble when the file cannot be read as what it should be.
    """
    known: dict[str, str] = {}
    if path.exists():
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            message = f"{path} cannot be read ({type(error).__name__}): start over with `make reset`."
            raise Trouble(message) from error
    made = {name: make() for name, make in ALL_SECRETS.items() if name not in known}
    if made:
        known |= made
        _write_privately(path, json.dumps(known, indent=1) + "\n")
    return {name: known[name] for name in ALL_SECRETS}


def _write_privately(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)


def portal_environment(known: dict[str, str]) -> dict[str, str]:
    """Give the part of the secrets that the portal's own processes need."""
    return {name: known[name] for name in PORTAL_SECRETS}


def production_environment() -> dict[str, str]:
    """Give settings as on a public host, with fresh keys and servers that are named but not there."""
    return {
        **{name: make() for name, make in PORTAL_SECRETS.items()},
        "BASE_URL": "https://portal.basispoort.test",
        "DATABASE_URL": f"postgresql://basispoort_app:{_password()}@database.basispoort.test:5432/basispoort",
        "REDIS_URL": f"redis://basispoort:{_password()}@redis.basispoort.test:6379/0",
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
    os.execvpe(command[0], command, os.environ | production_environment())  # noqa: S606 - the caller's own command


if __name__ == "__main__":
    main(sys.argv[1:])
