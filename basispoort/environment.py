"""Reads typed settings from the environment and refuses what does not fit.

Every helper names the variable in its error, never the value: a value may be a secret.
"""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

MINIMUM_SECRET_LENGTH = 32
EXAMPLE_MARKS = ("change-me", "changeme", "example", "voorbeeld", "insecure")


def text(name: str, default: str | None = None) -> str:
    """Give the variable's text, from NAME or from the file that NAME_FILE names.

    Raises ImproperlyConfigured when it is missing and there is no default.
    """
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    value = os.environ.get(name, default)
    if value is None:
        message = f"{name} is not set; see docs/settings.md."
        raise ImproperlyConfigured(message)
    return value


def flag(name: str, *, default: bool) -> bool:
    """Give a yes or no; raises ImproperlyConfigured for any other word."""
    value = text(name, "yes" if default else "no").lower()
    if value in {"1", "yes", "true", "on"}:
        return True
    if value in {"0", "no", "false", "off"}:
        return False
    message = f"{name} must be yes or no."
    raise ImproperlyConfigured(message)


def number(name: str, default: int, *, lowest: int = 0, highest: int = 1_000_000) -> int:
    """Give a whole number between lowest and highest; raises ImproperlyConfigured otherwise."""
    value = text(name, str(default))
    try:
        result = int(value)
    except ValueError:
        result = lowest - 1
    if not lowest <= result <= highest:
        message = f"{name} must be a whole number from {lowest} to {highest}."
        raise ImproperlyConfigured(message)
    return result


def words(name: str, default: str = "") -> list[str]:
    """Give a comma-separated list without empty parts."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def secret(name: str) -> str:
    """Give a secret; raises ImproperlyConfigured when it is missing, short or an example (SR-H01)."""
    value = text(name)
    if len(value) < MINIMUM_SECRET_LENGTH or any(mark in value.lower() for mark in EXAMPLE_MARKS):
        message = f"{name} must be a secret of at least {MINIMUM_SECRET_LENGTH} characters, not an example."
        raise ImproperlyConfigured(message)
    return value


def keys(name: str) -> dict[str, bytes]:
    """Give a ring of 256-bit keys written as `id:base64,id:base64`; the first one is current.

    Raises ImproperlyConfigured when the ring is empty or a key has another length (SR-H02).
    """
    ring: dict[str, bytes] = {}
    for entry in words(name):
        identifier, _, encoded = entry.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not identifier or len(identifier) > 16 or len(key) != 32 or identifier in ring:
            message = f"{name} must hold entries of the form id:base64 of 32 bytes, each id once."
            raise ImproperlyConfigured(message)
        ring[identifier] = key
    if not ring:
        message = f"{name} must hold at least one key."
        raise ImproperlyConfigured(message)
    return ring


def database(name: str) -> dict[str, object]:
    """Give a Django database from a URL such as postgresql://user:password@host:5432/name.

    A query such as `?sslmode=verify-full` becomes connection options. Raises ImproperlyConfigured
    for anything but PostgreSQL.
    """
    parts = urlsplit(text(name))
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        message = f"{name} must be of the form postgresql://user:password@host:port/name."
        raise ImproperlyConfigured(message)
    options = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "basispoort.lib.postgres",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(options.pop("host", "") or parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": number("DATABASE_CONNECTION_SECONDS", 60),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 2,
            # Only what `basispoort.lib.compiled` sends is prepared; a number allows it, None forbids it.
            "prepare_threshold": 5 if flag("DATABASE_PREPARED", default=True) else None,
            **options,
        },
    }
