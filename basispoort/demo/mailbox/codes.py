"""The phone of the demo's invented people: what their authenticator apps show now."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django_otp.oath import TOTP

if TYPE_CHECKING:
    from pathlib import Path

STEP_SECONDS = 30


@dataclass(frozen=True)
class Code:
    """What the app of one person shows, and for how many seconds more."""

    name: str
    role: str
    school: str
    digits: str
    seconds_left: int


def digits_at(secret: str, moment: float) -> str:
    """Give the six digits of a base 32 secret at a moment, in seconds of the epoch."""
    padded = secret + "=" * (-len(secret) % 8)
    totp = TOTP(base64.b32decode(padded))
    totp.time = moment
    return f"{totp.token():06d}"


def codes_of(people: Path) -> list[Code]:
    """Give the codes of everyone in the list of demo sign-ins who has an app; none while there is no list."""
    try:
        identities = json.loads(people.read_text(encoding="utf-8"))["identities"]
    except (FileNotFoundError, ValueError, KeyError):
        return []
    now = time.time()
    left = STEP_SECONDS - int(now) % STEP_SECONDS
    return [
        Code(one["name"], one["role"], one["school"], digits_at(one["totp_secret"], now), left)
        for one in identities
        if one.get("totp_secret")
    ]
