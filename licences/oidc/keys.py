"""The key that signs ID tokens and logout tokens, and the number of a session in both."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import jwt
from allauth.core.internal.jwkkit import load_jwk_from_pem
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from basispoort.lib.crypto import blind_index

if TYPE_CHECKING:
    from collections.abc import Mapping

    from licences.models import Launch


@cache
def signing_key(pem: str) -> tuple[str, RSAPrivateKey]:
    """Give a signing key with its id, read once a process: reading it costs 30 ms."""
    public, private = load_jwk_from_pem(pem)
    assert isinstance(private, RSAPrivateKey)
    return str(public["kid"]), private


def signed(claims: Mapping[str, Any], pem: str, **header: str) -> str:
    """Give claims as a token that whoever knows our public keys can check (SR-F05)."""
    key_id, key = signing_key(pem)
    return jwt.encode(dict(claims), key, algorithm="RS256", headers={"kid": key_id, **header})


def sid_of(launch: Launch) -> str:
    """Give the number of a session at the participant of a launch; at another one it is another (SR-F05)."""
    place = f"{launch.session_hash}|{launch.material.participant_id}|{launch.school_id}"
    return blind_index("licences.oidc.sid", place).hex()
