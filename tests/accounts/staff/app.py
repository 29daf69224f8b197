"""A phone with an authenticator app, for tests."""

from __future__ import annotations

import time

from django_otp.oath import TOTP

from tests.factories import SEED


def digits(*, seed: bytes = SEED, steps_on: int = 0) -> str:
    """Give the digits that the app shows now, or some half minutes later."""
    totp = TOTP(seed)
    totp.time = time.time() + 30 * steps_on
    return f"{totp.token():06d}"


def wrong_digits() -> str:
    """Give six digits that the app does not show now, nor just before or after."""
    shown = {digits(steps_on=step) for step in (-1, 0, 1)}
    return next(code for code in ("111111", "222222", "333333", "444444") if code not in shown)
