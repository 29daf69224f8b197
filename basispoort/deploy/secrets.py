"""Fresh secrets for a new portal, one file each: `python -m basispoort.deploy.secrets FOLDER`.

The folder is for root alone; the files in it are readable, because a container sees only the ones it is given and
reads them as a user of its own. A file that exists is never written again, so a second run changes nothing.
"""

from __future__ import annotations

import base64
import functools
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

if TYPE_CHECKING:
    from collections.abc import Callable

KEY_BYTES = 32


def password() -> str:
    """Give 256 random bits in characters that need no escaping in an address."""
    return secrets.token_urlsafe(KEY_BYTES)


def signing_key() -> str:
    """Give the secret behind sessions and forms, of the length that `check --deploy` asks for."""
    return secrets.token_urlsafe(48)


def key_ring() -> str:
    """Give one 256-bit key in the form id:base64; an Ed25519 seed is such a key too (SR-H02)."""
    return f"key-1:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def rsa_key() -> str:
    """Give a private key in PEM, for signing what a publisher is told about a pupil."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


# Settings that hold a key of the portal itself.
PORTAL: dict[str, Callable[[], str]] = {
    "SECRET_KEY": signing_key,
    "FIELD_KEYS": key_ring,
    "INDEX_KEYS": key_ring,
    "CODE_KEYS": key_ring,
    "AUDIT_SIGNING_KEYS": key_ring,
    "OIDC_PRIVATE_KEY": rsa_key,
}
# Passwords of the servers beside it.
SERVERS: dict[str, Callable[[], str]] = {
    "POSTGRES_PASSWORD": password,
    "OWNER_PASSWORD": password,
    "APP_PASSWORD": password,
    "VALKEY_PASSWORD": password,
}
GIVEN = ("email_password", "recaptcha_public_key", "recaptcha_private_key")
# Addresses that hold one of those passwords, with the names that compose.yaml gives the servers.
ADDRESSES = {
    "DATABASE_URL": ("APP_PASSWORD", "postgresql://basispoort_app:{}@database:5432/basispoort"),
    "DATABASE_OWNER_URL": ("OWNER_PASSWORD", "postgresql://basispoort_owner:{}@database:5432/basispoort"),
    "REDIS_URL": ("VALKEY_PASSWORD", "redis://basispoort:{}@redis:6379/0"),
}


def write_missing(folder: Path) -> list[str]:
    """Write every secret that has no file yet, and give the names of those written."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    written = [name for name, make in (PORTAL | SERVERS).items() if _write(folder / name.lower(), make)]
    for name, (source, form) in ADDRESSES.items():
        known = (folder / source.lower()).read_text(encoding="ascii").strip()
        if _write(folder / name.lower(), functools.partial(form.format, known)):
            written.append(name)
    # Given by others: who runs the mail server, and Google. Empty means that there is none.
    for name in GIVEN:
        _write(folder / name, str)
    return written


def _write(path: Path, make: Callable[[], str]) -> bool:
    if path.exists():
        return False
    path.write_text(make().strip() + "\n", encoding="ascii")
    path.chmod(0o444)
    return True


def main(arguments: list[str]) -> int:
    """Write what is missing and say what was written; never show a value."""
    if len(arguments) != 1:
        sys.stderr.write("Usage: python -m basispoort.deploy.secrets FOLDER\n")
        return 2
    written = write_missing(Path(arguments[0]))
    sys.stdout.write(f"Made: {', '.join(written) or 'nothing, all were there'}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
