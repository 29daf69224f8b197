"""Proof of work: a sum that a browser solves in a second or two, unseen, without any third party (decision 0006).

ALTCHA's second format: which of the first numbers gives this key? The challenge is signed, bound to a purpose and a
browser, and expires; that it counts once is kept by `SolvedChallenge`.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from functools import cache

import altcha
from django.conf import settings
from django.utils.crypto import salted_hmac

ALGORITHM = "PBKDF2/SHA-256"
ROUNDS = 5_000
VALID_SECONDS = 600
LONGEST_PAYLOAD = 4096


@dataclass(frozen=True, slots=True)
class Solved:
    """A challenge that was solved: for what, in which browser, and the number by which it counts once."""

    purpose: str
    browser: str
    nonce: bytes


@cache
def _key(use: str) -> bytes:
    return salted_hmac(f"accounts.challenges.work.{use}", "", secret=settings.SECRET_KEY, algorithm="sha256").digest()


def make(*, purpose: str, browser: str) -> str:
    """Give a challenge as JSON for the browser's script.

    The number to find lies in the upper half of the range, so that the work hardly differs from one to the next.
    """
    most = settings.CHALLENGE_WORK
    challenge = altcha.create_challenge(
        ALGORITHM,
        ROUNDS,
        counter=most // 2 + secrets.randbelow(most - most // 2),
        expires_at=int(time.time()) + VALID_SECONDS,
        data={"purpose": purpose, "browser": browser},
        hmac_secret=_key("challenge"),
        hmac_key_secret=_key("answer"),
    )
    return json.dumps(challenge.to_dict(), separators=(",", ":"))


def check(payload: str) -> Solved | None:
    """Give what was solved; None for anything that is no right answer to a challenge of ours, still valid."""
    if not payload or len(payload) > LONGEST_PAYLOAD:
        return None
    answer = altcha.verify_solution(payload, _key("challenge"), hmac_key_secret=_key("answer"))
    if not answer.verified:
        return None
    parameters = altcha.Payload.from_base64(payload).challenge.parameters
    data = parameters.data or {}
    return Solved(str(data.get("purpose")), str(data.get("browser")), bytes.fromhex(parameters.nonce))
