"""Encryption of single values, and blind indexes to find them by (SR-I01, SR-H02).

A sealed value is AES-256-GCM: one byte with the length of the key's id, the id, a 96-bit nonce, the ciphertext with its
tag. Its associated data names table, column and row, so that a value copied elsewhere cannot be opened.
"""

from __future__ import annotations

import hmac
import os
import unicodedata
from functools import cache
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.signals import setting_changed

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
def _index_keys(purpose: str) -> tuple[bytes, ...]:
    return tuple(hmac.digest(key, purpose.encode(), "sha256") for key in settings.INDEX_KEYS.values())


def normalise(value: str) -> str:
    """Give the form in which values are compared: NFKC, case-folded, without surrounding blanks."""
    if value.isascii():
        return value.strip().lower()
    return unicodedata.normalize("NFKC", value).strip().casefold()


def blind_index(purpose: str, value: str) -> bytes:
    """Give the keyed hash by which an encrypted value can be found; each column has a purpose of its own."""
    return hmac.digest(_index_keys(purpose)[0], value.encode(), "sha256")


def blind_indexes(purpose: str, value: str) -> list[bytes]:
    """Give the keyed hashes under the current and all older keys, for look-ups while keys are being changed."""
    return [hmac.digest(key, value.encode(), "sha256") for key in _index_keys(purpose)]
