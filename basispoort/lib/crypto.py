"""Encryption of single values, and blind indexes to find them by (SR-I01, SR-H02).

A sealed value is AES-256-GCM: one byte with the length of the key's id, the id, a 96-bit nonce, the ciphertext with its
tag. Its associated data names table, column and row, so that a value copied elsewhere cannot be opened.
"""

from __future__ import annotations

import hmac
import os
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from django.conf import settings
from django.core.signals import setting_changed

if TYPE_CHECKING:
    from collections.abc import Iterable

Ring = Literal["FIELD_KEYS", "CODE_KEYS"]
NONCE_LENGTH = 12


class SealBroken(Exception):
    """A sealed value does not belong to this row, was changed, or its key is gone."""


@cache
def _cipher(ring: Ring, key_id: str) -> AESGCM:
    keys: dict[str, bytes] = getattr(settings, ring)
    try:
        return AESGCM(keys[key_id])
    except KeyError:
        message = f"{ring} no longer holds the key {key_id}."
        raise SealBroken(message) from None


@cache
def _current(ring: Ring) -> tuple[AESGCM, bytes]:
    key_id = next(iter(getattr(settings, ring)))
    encoded = key_id.encode()
    return _cipher(ring, key_id), bytes([len(encoded)]) + encoded


def _forget_keys(*, setting: str, **_kwargs: object) -> None:
    if setting.endswith("_KEYS"):
        _cipher.cache_clear()
        _current.cache_clear()
        _index_keys.cache_clear()


setting_changed.connect(_forget_keys, dispatch_uid="lib.crypto")


def seal(value: bytes, place: bytes, *, ring: Ring = "FIELD_KEYS") -> bytes:
    """Encrypt a value under the ring's current key, bound to its place (`table|column|row`)."""
    cipher, header = _current(ring)
    nonce = os.urandom(NONCE_LENGTH)
    return header + nonce + cipher.encrypt(nonce, value, place)


def seal_all(values: Iterable[tuple[bytes, bytes]], *, ring: Ring = "FIELD_KEYS") -> list[bytes]:
    """Encrypt values, each with its place, as `seal` does; the nonces are drawn in one go."""
    cipher, header = _current(ring)
    pairs = list(values)
    drawn = os.urandom(NONCE_LENGTH * len(pairs))
    nonces = [drawn[at : at + NONCE_LENGTH] for at in range(0, len(drawn), NONCE_LENGTH)]
    encrypt = cipher.encrypt
    return [header + nonce + encrypt(nonce, value, place) for nonce, (value, place) in zip(nonces, pairs, strict=True)]


def open_seal(sealed: bytes, place: bytes, *, ring: Ring = "FIELD_KEYS") -> bytes:
    """Decrypt a value that was sealed at this place.

    Raises SealBroken when it was sealed elsewhere, was changed, or its key has been removed.
    """
    try:
        after_id = 1 + sealed[0]
        key_id = sealed[1:after_id].decode()
        cipher = _cipher(ring, key_id)
        start = after_id + NONCE_LENGTH
        return cipher.decrypt(sealed[after_id:start], sealed[start:], place)
    except (InvalidTag, IndexError, ValueError):
        message = f"A sealed value does not belong at {place.decode(errors='replace').rsplit('|', 1)[0]}."
        raise SealBroken(message) from None


def key_id_of(sealed: bytes) -> str:
    """Give the id of the key under which a value is sealed."""
    return sealed[1 : 1 + sealed[0]].decode()


@cache
def _index_keys(purpose: str) -> tuple[HMAC, ...]:
    """Give an HMAC for each key, ready to be copied: half the time of taking the key in for each value."""
    keys = (hmac.digest(key, purpose.encode(), "sha256") for key in settings.INDEX_KEYS.values())
    return tuple(HMAC(key, SHA256()) for key in keys)


def _keyed(ready: HMAC, value: bytes) -> bytes:
    own = ready.copy()
    own.update(value)
    return own.finalize()


def normalise(value: str) -> str:
    """Give the form in which values are compared: NFKC, case-folded, without surrounding blanks."""
    if value.isascii():
        return value.strip().lower()
    return unicodedata.normalize("NFKC", value).strip().casefold()


def blind_index(purpose: str, value: str) -> bytes:
    """Give the keyed hash by which an encrypted value can be found; each column has a purpose of its own."""
    return _keyed(_index_keys(purpose)[0], value.encode())


def blind_indexes(purpose: str, value: str) -> list[bytes]:
    """Give the keyed hashes under the current and all older keys, for look-ups while keys are being changed."""
    encoded = value.encode()
    return [_keyed(ready, encoded) for ready in _index_keys(purpose)]


def keyed_digest(purpose: str, *parts: bytes) -> bytes:
    """Give the keyed hash of bytes under the current key; each part's length counts, so that parts cannot shift."""
    own = _index_keys(purpose)[0].copy()
    for part in parts:
        own.update(len(part).to_bytes(8))
        own.update(part)
    return own.finalize()
